"""The one Jinja environment per language: pages, widget steps, baked articles.

Constant translations are folded into the compiled template, so that a page asks the catalogue nothing at run time.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from widget.languages import Language

# In a text of ours a quotation mark is written as an entity: this is an attribute and nothing else.
_TO_SERVICE = re.compile(r'="(/widget/(?!static/))')
TEMPLATES = Path(__file__).resolve().parent / "templates"


class _Fold(NodeTransformer):
    """Puts the translation where `_("…")` stood."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- the name that Jinja's visitor looks for
        """Return the translated constant for a call of `_`, any other call as it was."""
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        (message,) = node.args
        if not isinstance(message, nodes.Const) or node.kwargs:
            raise TypeError(f"line {node.lineno}: _() takes a constant text alone; |format() fills it")
        return nodes.Const(self.language.gettext(message.value), lineno=node.lineno)


class _Folding(Environment):
    """Replaces `_("…")` by the translation while a template is compiled."""

    language: Language

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # A private hook of Jinja 3.1, hence the pin; test_rendering holds it to its promise.
        folded: nodes.Template = _Fold(self.language).visit(super()._parse(source, name, filename))
        return folded


@lru_cache
def _environment(language: Language) -> _Folding:
    environment = _Folding(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # mail has a part in plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.language = language
    environment.globals["language"] = language
    # `trusted` is for what this same environment rendered, a step inside its page; never for anything else.
    environment.filters |= {"number": language.number, "day": language.date, "trusted": Markup}
    return environment


def render(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return a template of widget/templates rendered in a language.

    Raises jinja2.TemplateNotFound, and jinja2.UndefinedError for a value that the template needs and nobody gave.
    """
    return _environment(language).get_template(template).render(values)


def led_to(html: str, origin: str) -> str:
    """Return HTML of ours whose forms and links to the service lead to an origin; its own files come with the page."""
    return _TO_SERVICE.sub(rf'="{origin}\1', html)
