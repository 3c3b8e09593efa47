"""Sound: the bridge, prompts, recordings, tones."""
