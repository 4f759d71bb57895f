"""Every picture of the README and of docs/, made from the sample project: `python -m tests.screenshots`, or `make screenshots`."""
