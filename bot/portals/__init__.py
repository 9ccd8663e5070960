"""How portals speak: signed events in, signed replies out."""
