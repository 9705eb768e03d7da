"""Tables in an article, as HTML that Markdown leaves alone."""

from collections.abc import Iterable

from markupsafe import Markup

Cell = str | Markup
Row = tuple[Cell, Cell]


def facts_table(caption: Cell, rows: Iterable[Row]) -> Markup:
    """Return a table of two columns: the name of each fact, and the fact."""
    body = Markup().join(Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(*row) for row in rows)
    return Markup('<table class="hc-table"><caption>{}</caption><tbody>{}</tbody></table>').format(caption, body)


def table(caption: str, head: Iterable[Cell], rows: Iterable[Iterable[Cell]], kind: str = "") -> Markup:
    """Return a table with a head; the first cell of a row heads it. It scrolls on its own where it is too wide."""
    head = list(head)
    columns = Markup().join(Markup('<th scope="col">{}</th>').format(column) for column in head)
    body = Markup()
    for first, *others in rows:
        labels = (each.striptags() if isinstance(each, Markup) else each for each in head[1:])
        cells = Markup().join(
            Markup('<td data-label="{}">{}</td>').format(*pair) for pair in zip(labels, others, strict=True)
        )
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, cells)
    classes = f"hc-table {kind}".strip()
    inner = Markup('<table class="{}"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return Markup('<div class="hc-scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        caption, inner.format(classes, caption, columns, body)
    )


def lines(each: Iterable[Cell]) -> Markup:
    """Return lines below each other."""
    return Markup("<br>").join(each)


def flat(html: str) -> str:
    """Return HTML as Markdown leaves it alone: only as long as no blank line parts it."""
    return "\n" + "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"
