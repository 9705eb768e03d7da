"""The outside world: mail, webhooks, documents. A gateway knows no rule and no row."""
