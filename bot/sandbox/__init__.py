"""A practice on localhost: stand-ins that speak Slack's and a portal's protocols to an unmodified bot."""
