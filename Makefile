# Everything is done by resources/setup, which needs nothing but Python 3.11 or newer.
# Settings: TORCH=cpu (small torch without CUDA), DATA=FOLDER (benchmark), PYTHON=... (which Python to begin with)
PYTHON ?= python3
export TORCH DATA

.PHONY: run test benchmark setup
run:
	@$(PYTHON) resources/setup run
test:
	@$(PYTHON) resources/setup test
benchmark:
	@$(PYTHON) resources/setup benchmark
setup:
	@$(PYTHON) resources/setup setup
