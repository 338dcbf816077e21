from tests.desktop.cloud_fixtures import live, make_client, memory_keyring, network, postgres

__all__ = ["live", "make_client", "memory_keyring", "network", "postgres"]
