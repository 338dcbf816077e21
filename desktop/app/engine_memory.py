"""How much memory the engine's process holds, for the line at the bottom."""

from shared.engine.port import GenerationEngine


def engine_memory(engine: GenerationEngine) -> int | None:
    """In bytes; None while no process runs, or where the engine has none of its own."""
    process_id: int | None = getattr(engine, "process_id", None)
    if process_id is None:
        return None
    import psutil

    try:
        return int(psutil.Process(process_id).memory_info().rss)
    except psutil.Error:
        return None
