// Checks a signed checkpoint and two proofs with golang.org/x/mod, an implementation that is not ours.
// Reads one JSON object from standard input; ends with 0 when everything verifies, 1 and a line when not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	VKey        string   `json:"vkey"`
	Checkpoint  string   `json:"checkpoint"`
	Entry       []byte   `json:"entry"`
	Index       int64    `json:"index"`
	Inclusion   [][]byte `json:"inclusion"`
	OldSize     int64    `json:"old_size"`
	OldRoot     []byte   `json:"old_root"`
	Consistency [][]byte `json:"consistency"`
}

func fail(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func hash(raw []byte) (h tlog.Hash) {
	copy(h[:], raw)
	return h
}

func hashes(raws [][]byte) (list []tlog.Hash) {
	for _, raw := range raws {
		list = append(list, hash(raw))
	}
	return list
}

func main() {
	var r request
	fail(json.NewDecoder(os.Stdin).Decode(&r))
	verifier, err := note.NewVerifier(r.VKey)
	fail(err)
	opened, err := note.Open([]byte(r.Checkpoint), note.VerifierList(verifier))
	fail(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	root, err := tlog.ParseHash(lines[2])
	fail(err)
	fail(tlog.CheckRecord(hashes(r.Inclusion), size, root, r.Index, tlog.RecordHash(r.Entry)))
	fail(tlog.CheckTree(hashes(r.Consistency), size, root, r.OldSize, hash(r.OldRoot)))
}
