# Everything is done by resources/setup, which needs nothing but Python 3.11 or newer.
# Settings: TORCH=cpu (small torch without CUDA), DATA=FOLDER (benchmark), PYTHON=... (which Python to begin with)
PYTHON ?= python3
export TORCH DATA

.PHONY: run test benchmark screenshots setup
run:
	@$(PYTHON) resources/setup run
test:
	@$(PYTHON) resources/setup test
benchmark:
	@$(PYTHON) resources/setup benchmark
screenshots:
	@$(PYTHON) resources/setup screenshots
setup:
	@$(PYTHON) resources/setup setup
