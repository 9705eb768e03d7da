"""How many days before the last day of notice an annual space is reminded of it: twice."""

EARLY_DAYS = 30
LATE_DAYS = 7
