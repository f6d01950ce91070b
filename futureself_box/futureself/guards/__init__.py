"""What reads a reply before the member does, sentence by sentence."""
