"""Procedural surfaces, defects and few-shot episodes, deterministic from a seed; numpy, SciPy and OpenCV only."""
