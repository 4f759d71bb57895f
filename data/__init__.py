"""Images of our own: generated surfaces for the sample project and for training, and readers of permissive sets."""
