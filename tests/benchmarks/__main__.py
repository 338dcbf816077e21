"""`make bench`: every benchmark prints its ratio against a baseline measured in the same run."""

from tests.benchmarks import first_paint, server

if __name__ == "__main__":
    first_paint.run()
    server.run()
