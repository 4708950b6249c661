// Nothing but a module to be imported.
