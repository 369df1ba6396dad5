"""政通: government information sharing as executable rules."""
