"""The migrations build exactly the tables that the code knows."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from desktop.generation.tables import Base
from tests.desktop.generation.studio import Studio


async def test_the_migrated_database_has_the_tables_of_the_code(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    differences = await studio.database.run(
        lambda session: compare_metadata(MigrationContext.configure(session.connection()), Base.metadata)
    )
    studio.close()
    assert differences == []
