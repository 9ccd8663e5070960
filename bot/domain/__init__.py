"""What is true and allowed: plain Python that knows no Slack, no SQL and no clock."""
