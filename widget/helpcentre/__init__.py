"""The build of the site: facts and examples computed, languages paired, links that last."""
