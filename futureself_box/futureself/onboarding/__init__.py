"""What the box asks a member about their life, and what they answered."""
