"""The one Jinja environment per language: pages, widget steps, baked articles.

Constant translations are folded into the compiled template, so that a page asks the catalogue nothing at run time.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from markupsafe import Markup

from widget.languages import Language

TEMPLATES = Path(__file__).resolve().parent / "templates"


class _Folding(Environment):
    """Replaces `_("…")` by the translation while a template is compiled."""

    language: Language

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # A private hook of Jinja 3.1, hence the pin; test_rendering holds it to its promise.
        template = super()._parse(source, name, filename)
        for call in list(template.find_all(nodes.Call)):
            if isinstance(call.node, nodes.Name) and call.node.name == "_":
                (message,) = call.args
                if not isinstance(message, nodes.Const):
                    raise TypeError(f"{name}: _() takes a constant text")
                message.value = self.language.gettext(message.value)
                call.node.name = "_folded"
        return template


@lru_cache
def _environment(language: Language) -> _Folding:
    environment = _Folding(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.language = language
    environment.globals |= {"_folded": lambda text: text, "language": language}
    # `trusted` is for what this same environment rendered, a step inside its page; never for anything else.
    environment.filters |= {"number": language.number, "day": language.date, "trusted": Markup}
    return environment


def render(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return a template of widget/templates rendered in a language.

    Raises jinja2.TemplateNotFound, and jinja2.UndefinedError for a value that the template needs and nobody gave.
    """
    return _environment(language).get_template(template).render(values)
