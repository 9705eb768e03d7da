"""The one Jinja environment per language: pages, widget steps, baked articles.

Constant translations and the templates that another includes are folded into the compiled template, so that a page asks
neither the catalogue nor the loader anything at run time: the live result is rendered at each key (decisions/0015).
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from widget.languages import Language

# In a text of ours a quotation mark is written as an entity: this is an attribute and nothing else.
_TO_SERVICE = re.compile(r'="(/widget/(?!static/))')
TEMPLATES = Path(__file__).resolve().parent / "templates"
STATIC = TEMPLATES.with_name("static")


#: What escaping would change; most of what a page says has none of it.
_SPECIAL = re.compile(r"[&<>\"']").search


@cache  # as many as there are files
def content_hash(name: str) -> str:
    """Return what a file of the widget's is known by: another content, another hash."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]


def asset(name: str) -> str:
    """Return the address of a file of the widget's. Another content has another one, so that a browser may keep it."""
    return f"/widget/static/{name}?v={content_hash(name)}"


class _Fold(NodeTransformer):
    """Puts the translation where `_("…")` stood, and the template where it was included."""

    def __init__(self, environment: "_Folding", name: str | None) -> None:
        self.environment, self.language, self.name = environment, environment.language, name

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- the name that Jinja's visitor looks for
        """Return the translated constant for a call of `_`, any other call as it was."""
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        (message,) = node.args
        if not isinstance(message, nodes.Const) or node.kwargs:
            raise TypeError(f"line {node.lineno}: _() takes a constant text alone; |format() fills it")
        return nodes.Const(self.language.gettext(message.value), lineno=node.lineno)

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 -- as above
        """Return the body of the template included, or the node where that is escaped in another way (mail)."""
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not self.name or not name or name.rpartition(".")[2] != self.name.rpartition(".")[2]:
            return node
        return nodes.Scope(self.environment.tree(name).body, lineno=node.lineno)


class _Code(CodeGenerator):
    """Escapes a value only where there is something to escape."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Folding(Environment):
    """Folds what is constant while a template is compiled."""

    code_generator_class = _Code
    language: Language

    @staticmethod
    def escaped(value: object) -> str:
        """Return a value as HTML; text of ours, of which most has nothing special, stays the object that it is."""
        return value if type(value) is str and not _SPECIAL(value) else escape(value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `obj.attribute` of a template: of a dictionary the item, which is what ours hold, before a method."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def tree(self, name: str) -> nodes.Template:
        """Return a template as it was read, translated. Raises TemplateNotFound."""
        assert self.loader is not None  # noqa: S101 -- given below
        source, filename, _ = self.loader.get_source(self, name)
        return self._parse(source, name, filename)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # A private hook of Jinja 3.1, hence the pin; test_rendering holds it to its promise.
        folded: nodes.Template = _Fold(self, name).visit(super()._parse(source, name, filename))
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
    environment.globals |= {"language": language, "asset": asset}
    # `trusted` is for what this same environment rendered, a step inside its page; never for anything else.
    environment.filters |= {"number": language.number, "day": language.date, "trusted": Markup}
    return environment


@cache  # as many as there are files
def _template(name: str, language: Language) -> Template:
    return _environment(language).get_template(name)


def render(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return a template of widget/templates rendered in a language.

    Raises jinja2.TemplateNotFound, and jinja2.UndefinedError for a value that the template needs and nobody gave.
    """
    return _template(template, language).render(values)


def led_to(html: str, origin: str) -> str:
    """Return HTML of ours whose forms and links to the service lead to an origin; its own files come with the page."""
    return _TO_SERVICE.sub(rf'="{origin}\1', html)
