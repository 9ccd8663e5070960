"""How it looks in Slack: values in, plain dicts out, and window state back into small values. No query, no clock."""
