# Everything is done by resources/setup, which needs nothing but Python 3.11 or newer.
# Settings: TORCH=cpu (small torch without CUDA), DATA=FOLDER (benchmark), OUT=FOLDER (bundle; else dist/), PYTHON=... (which Python to begin with)
PYTHON ?= python3
export TORCH DATA OUT

.PHONY: run test benchmark screenshots setup bundle
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
bundle:
	@$(PYTHON) resources/setup bundle
