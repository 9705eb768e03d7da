"""The picture that a pasted link shows: one PNG an article and language, made by typst with its own fonts."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import typst

from widget.helpcentre.index import snippet
from widget.helpcentre.pages import HOME, Page, Pages

WIDTH, HEIGHT = 1200, 630
TEMPLATE = Path(__file__).resolve().parent / "card.typ"
#: Cards drawn in one go: starting typst costs more than a card.
BATCH = 50


def draw(cache: Path, pages: Pages) -> list[tuple[Page, Path]]:
    """Return each article with its card, a file of the cache: what was drawn before is there."""
    wanted = [(page, _card(page, pages)) for twins in pages.values() for page in twins.values()]
    drawn = {card: cache / f"{_key(card)}.png" for _, card in wanted}
    cache.mkdir(parents=True, exist_ok=True)
    missing = iter([card for card, path in drawn.items() if not path.exists()])
    while batch := list(islice(missing, BATCH)):
        for card, png in zip(batch, _draw(batch), strict=True):
            _keep(drawn[card], png)
    return [(page, drawn[card]) for page, card in wanted]


def write(site: Path, drawn: Iterable[tuple[Page, Path]]) -> None:
    """Write `cards/<language>/<number>.png` for each article."""
    for page, card in drawn:
        target = site / "cards" / page.language / f"{page.number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(card, target)


def _card(page: Page, pages: Pages) -> str:
    return json.dumps(
        {
            "language": page.language,
            "site": pages[HOME][page.language].title,
            "title": page.title,
            "summary": snippet(page.summary),
            "link": f"/a/{page.number}/",
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def _key(card: str) -> str:
    return hashlib.sha256(f"{version('typst')}\n{TEMPLATE.read_text('utf-8')}\n{card}".encode()).hexdigest()


def _draw(cards: list[str]) -> list[bytes]:
    """Return the cards as PNG; what an article says is data to typst, never markup."""
    drawn = typst.compile(
        TEMPLATE.read_bytes(),
        format="png",
        ppi=72.0,
        sys_inputs={"cards": f"[{','.join(cards)}]"},
        ignore_system_fonts=True,
    )
    return drawn if isinstance(drawn, list) else [drawn]  # one page comes without a list


def _keep(path: Path, png: bytes) -> None:
    # Two builds at once write the same bytes: the rename is whole whichever is last.
    part = path.with_suffix(f".{hashlib.sha256(png).hexdigest()[:8]}.part")
    part.write_bytes(png)
    part.replace(path)
