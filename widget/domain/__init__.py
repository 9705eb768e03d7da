"""The rules: pure, exact, standard library only, told the day. See docs: "How changes are calculated"."""
