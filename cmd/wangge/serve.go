package main

type serveCommand struct {
	databaseFlags
}

func (c *serveCommand) Run() error { return nil }
