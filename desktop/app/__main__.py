"""`python -m desktop.app` is `pentimento`."""

from desktop.app.command_line import main

if __name__ == "__main__":
    main()
