"""The shape of input of rounds."""
