package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type explainCommand struct {
	ID     string `arg:"" help:"The request, as x-spillway-id names it."`
	Admin  string `help:"The admin address, host:port or a URL; without it the configuration's." placeholder:"ADDR"`
	Config string `help:"Configuration file that says where the admin address is; without it ./spillway.yaml if there is one." type:"path" placeholder:"FILE"`
	Token  string `help:"The admin address's token, if it has one." env:"SPILLWAY_ADMIN_TOKEN" placeholder:"TOKEN"`
	Row    bool   `help:"Print its decisions as rows for the table beside the policy (name.test.ts)."`
	JSON   bool   `name:"json" help:"Print what the admin API says."`
}

// explainLimit bounds the wait for the admin API.
const explainLimit = 10 * time.Second

// Run asks a running Spillway for the story of a request.
func (c *explainCommand) Run(out output) error {
	if c.ID == "" || c.ID == "." || c.ID == ".." || strings.ContainsAny(c.ID, `/\?#`) {
		return usageError{fmt.Errorf("%q is no request's id: an answer's x-spillway-id is", c.ID)}
	}
	base, err := c.base()
	if err != nil {
		return err
	}
	text, err := c.ask(base + "/api/requests/" + url.PathEscape(c.ID))
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := out.Write(text)
		return err
	}
	var s story
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("read what %s says: %w", base, err)
	}
	if c.Row {
		for _, step := range s.Steps {
			fmt.Fprint(out, step.Row)
		}
		return nil
	}
	s.print(out)
	return nil
}

// base is the admin address as a URL.
func (c *explainCommand) base() (string, error) {
	admin := c.Admin
	if admin == "" {
		sources, err := (&fileFlags{Config: c.Config}).sources()
		if err != nil {
			return "", err
		}
		address, faults := sources.AdminAddress()
		if len(faults) > 0 {
			return "", faults
		}
		admin = address
	}
	if !strings.Contains(admin, "://") {
		admin = "http://" + admin
	}
	return strings.TrimSuffix(admin, "/"), nil
}

// ask gets a page of the admin API.
func (c *explainCommand) ask(page string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, page, nil)
	if err != nil {
		return nil, usageError{fmt.Errorf("--admin: %w", err)}
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	client := http.Client{Timeout: explainLimit}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the admin address: %w; is Spillway running there? --admin says where", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of the admin address: %w", err)
	}
	var refused struct{ Error string }
	if response.StatusCode != http.StatusOK {
		if json.Unmarshal(text, &refused) == nil && refused.Error != "" {
			return nil, errors.New(refused.Error)
		}
		return nil, fmt.Errorf("the admin address answered %s", response.Status)
	}
	return text, nil
}
