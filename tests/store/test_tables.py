"""What each column holds is said beside it: export, erasure and retention go by it."""

import pytest
from sqlalchemy import Column

from widget.store.tables import metadata

COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_is_said_to_be_personal_billing_free_text_or_technical(column: Column[object]) -> None:
    assert column.info.get("holds") in {"personal", "billing", "free text", "technical"}, (
        f"{column}: add info=PERSONAL, BILLING, FREE_TEXT or TECHNICAL (widget/store/tables.py says what each means)"
    )
