from tests.desktop.cloud_fixtures import live, make_client, network, postgres

__all__ = ["live", "make_client", "network", "postgres"]
