"""Portal Desk: portal messages become Slack cards; answers go back to the family, once."""

__version__ = "0.1.0"
