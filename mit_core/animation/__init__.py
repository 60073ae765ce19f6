"""From speech to landmarks that move: networks, lips at rest, blinks, the head."""
