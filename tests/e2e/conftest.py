from tests.desktop.cloud_fixtures import live, memory_keyring, postgres

__all__ = ["live", "memory_keyring", "postgres"]
