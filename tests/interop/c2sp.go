// The other side of the interoperation test (interop_test.py says what it is about): C2SP logs by
// golang.org/x/mod/sumdb, which shares no code with facegate.
//
//	c2sp verify DIR        examines what interop_log wrote; a line a log
//	c2sp write DIR SIZE    a log of that size with proofs, for interop_log to examine
//	c2sp golden DIR        the files that tests/golden/data keeps as go.*
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	origin     = "gate.example/acme"
	witness    = "witness.example/w1"
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	cosignedAt = 1772438400
)

// check ends the program where what it examines is wrong.
func check(err error, what ...interface{}) {
	if err != nil {
		fmt.Fprintln(os.Stderr, append([]interface{}{"c2sp:"}, append(what, err)...)...)
		os.Exit(1)
	}
}

func require(holds bool, what ...interface{}) {
	if !holds {
		check(errors.New("is not so"), what...)
	}
}

func read(parts ...string) []byte {
	content, err := os.ReadFile(filepath.Join(parts...))
	check(err)
	return content
}

func write(content []byte, parts ...string) {
	path := filepath.Join(parts...)
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	check(os.WriteFile(path, content, 0o644))
}

// path turns Go's tile/<height>/<level>/<n> into C2SP's tile/<level>/<n>, and data into entries.
func path(t tlog.Tile) string {
	p := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
	return strings.Replace(p, "tile/data/", "tile/entries/", 1)
}

// bundles are the coordinates of all entry bundles of a log.
func bundles(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for n := int64(0); n*tileWidth < size; n++ {
		width := size - n*tileWidth
		if width > tileWidth {
			width = tileWidth
		}
		tiles = append(tiles, tlog.Tile{H: tileHeight, L: -1, N: n, W: int(width)})
	}
	return tiles
}

// ---- A log in memory

type memoryLog struct {
	entries [][]byte
	hashes  []tlog.Hash // as tlog stores them
}

func (l *memoryLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("no stored hash %d", index)
		}
		found[i] = l.hashes[index]
	}
	return found, nil
}

func (l *memoryLog) add(entry []byte) {
	hashes, err := tlog.StoredHashes(int64(len(l.entries)), entry, l)
	check(err)
	l.hashes = append(l.hashes, hashes...)
	l.entries = append(l.entries, entry)
}

// root is that of the first size records. Go calls that of none zero; RFC 6962 says SHA-256 of "".
func (l *memoryLog) root(size int64) tlog.Hash {
	if size == 0 {
		return sha256.Sum256(nil)
	}
	root, err := tlog.TreeHash(size, l)
	check(err)
	return root
}

func (l *memoryLog) bundle(t tlog.Tile) []byte {
	var content []byte
	for _, entry := range l.entries[t.N*tileWidth : t.N*tileWidth+int64(t.W)] {
		content = binary.BigEndian.AppendUint16(content, uint16(len(entry)))
		content = append(content, entry...)
	}
	return content
}

// files are all tiles and bundles of the first size records, by path.
func (l *memoryLog) files(size int64) map[string][]byte {
	files := map[string][]byte{}
	tiles := tlog.NewTiles(tileHeight, 0, size)
	for i, t := range tiles {
		if i+1 < len(tiles) && tiles[i+1].L == t.L && tiles[i+1].N == t.N {
			continue // Go lists a partial tile in every width that it had
		}
		content, err := tlog.ReadTileData(t, l)
		check(err)
		files[path(t)] = content
	}
	for _, t := range bundles(size) {
		files[path(t)] = l.bundle(t)
	}
	return files
}

func hashLines(hashes []tlog.Hash) string {
	lines := ""
	for _, h := range hashes {
		lines += h.String() + "\n"
	}
	return lines
}

// proofFile is the C2SP proof of a record, made and checked.
func (l *memoryLog) proofFile(size, index int64, checkpoint []byte) []byte {
	proof, err := tlog.ProveRecord(size, index, l)
	check(err)
	check(tlog.CheckRecord(proof, size, l.root(size), index, tlog.RecordHash(l.entries[index])))
	return []byte(fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s", index, hashLines(proof),
		checkpoint))
}

// consistency are the lines of the proof from old to size, made and checked.
func (l *memoryLog) consistency(size, old int64) []byte {
	if old == 0 {
		return nil // Go has no proof from nothing; C2SP's is empty
	}
	proof, err := tlog.ProveTree(size, old, l)
	check(err)
	check(tlog.CheckTree(proof, size, l.root(size), old, l.root(old)))
	return []byte(hashLines(proof))
}

// ---- Keys and notes

func private(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func vkey(name string, n byte) string {
	v, err := note.NewEd25519VerifierKey(name, private(n).Public().(ed25519.PublicKey))
	check(err)
	return v
}

func verifier(v string) note.Verifier {
	made, err := note.NewVerifier(v)
	check(err, v)
	return made
}

func signer(name string, n byte) note.Signer {
	v := vkey(name, n)
	id := v[len(name)+1 : len(name)+9]
	key := append([]byte{1}, private(n).Seed()...)
	s, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + id + "+" +
		base64.StdEncoding.EncodeToString(key))
	check(err)
	return s
}

func sign(text string, signers ...note.Signer) []byte {
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	check(err)
	return signed
}

// cosigner is a witness by C2SP tlog-cosignature, which sumdb does not know: type 0x04.
type cosigner struct {
	name   string
	id     uint32
	public ed25519.PublicKey
	key    ed25519.PrivateKey // for Sign alone
	at     uint64             // time that Sign states and Verify found
}

func newCosigner(name string, public ed25519.PublicKey) *cosigner {
	hash := sha256.Sum256(append([]byte(name+"\n\x04"), public...))
	return &cosigner{name: name, id: binary.BigEndian.Uint32(hash[:]), public: public}
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }

func (c *cosigner) vkey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.id,
		base64.StdEncoding.EncodeToString(append([]byte{4}, c.public...)))
}

func (c *cosigner) message(text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", c.at)), text...)
}

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	c.at = binary.BigEndian.Uint64(signature)
	return ed25519.Verify(c.public, c.message(text), signature[8:])
}

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	at := binary.BigEndian.AppendUint64(nil, c.at)
	return append(at, ed25519.Sign(c.key, c.message(text))...), nil
}

func checkpointText(l *memoryLog, size int64) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, l.root(size))
}

func minimumIndexText(l *memoryLog, index int64) string {
	return fmt.Sprintf("facegate-minimum-index v1\n%s\n%d\n%s\n", origin, index, l.root(index))
}

// ---- verify

type keys struct {
	checkpoint, record, rotated note.Verifier
	witness                     *cosigner
}

func readKeys(directory string) keys {
	lines := strings.Fields(string(read(directory, "vkeys")))
	require(len(lines) == 4, "four keys")
	material, err := base64.StdEncoding.DecodeString(strings.SplitN(lines[3], "+", 3)[2])
	check(err, lines[3])
	w := newCosigner(witness, material[1:])
	require(w.vkey() == lines[3], lines[3], "is the witness's key")
	return keys{verifier(lines[0]), verifier(lines[1]), verifier(lines[2]), w}
}

func numbers(directory string) []int64 {
	found, err := os.ReadDir(directory)
	check(err)
	var all []int64
	for _, entry := range found {
		if n, err := strconv.ParseInt(entry.Name(), 10, 64); err == nil {
			all = append(all, n)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i] > all[j] })
	return all
}

// readEntries takes a log's records out of its bundles.
func readEntries(copyDir string, size int64) [][]byte {
	var entries [][]byte
	for _, t := range bundles(size) {
		rest := read(copyDir, path(t))
		for i := 0; i < t.W; i++ {
			require(len(rest) >= 2, path(t), "is whole")
			end := 2 + int(binary.BigEndian.Uint16(rest))
			require(len(rest) >= end, path(t), "is whole")
			entries = append(entries, rest[2:end])
			rest = rest[end:]
		}
		require(len(rest) == 0, path(t), "ends with its last record")
	}
	return entries
}

// compareFiles finds the copy's tiles, bundles and checkpoint to be those that Go makes, and no more.
func compareFiles(l *memoryLog, copyDir string, size int64) {
	expected := l.files(size)
	seen := 0
	check(filepath.WalkDir(copyDir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(copyDir, p)
		if err != nil || name == "checkpoint" {
			return err
		}
		content, known := expected[filepath.ToSlash(name)]
		require(known, name, "is a file of such a log")
		require(bytes.Equal(content, read(p)), name, "has the bytes that Go writes")
		seen++
		return nil
	}))
	require(seen == len(expected), "every file of the log is there")
}

func verifyNotes(l *memoryLog, k keys, here string, size int64, checkpoint []byte) {
	opened, err := note.Open(checkpoint, note.VerifierList(k.checkpoint))
	check(err, here, "checkpoint")
	require(opened.Text == checkpointText(l, size), here, "checkpoint has Go's root")
	require(bytes.Equal(sign(opened.Text, signer(origin, 1)), checkpoint), "Go signs the same")

	rotated := read(here, "rotated")
	for _, known := range []note.Verifier{k.checkpoint, k.rotated} {
		opened, err = note.Open(rotated, note.VerifierList(known))
		check(err, here, "by one key of a rotation")
		require(len(opened.Sigs) == 1 && len(opened.UnverifiedSigs) == 2, "two others are ignored")
	}
	opened, err = note.Open(rotated, note.VerifierList(k.checkpoint, k.rotated, k.witness))
	check(err, here, "rotated")
	require(len(opened.Sigs) == 3 && opened.Text == checkpointText(l, size), here, "three signatures")
	require(k.witness.at == cosignedAt, here, "the witness states its time")

	opened, err = note.Open(read(here, "minimum-index"), note.VerifierList(k.checkpoint))
	check(err, here, "minimum-index")
	require(opened.Text == minimumIndexText(l, size/tileWidth*tileWidth), here, "minimum-index")
}

func verify(directory string) {
	k := readKeys(directory)
	var all *memoryLog // of the largest log, of which the others are beginnings
	for _, size := range numbers(directory) {
		here := filepath.Join(directory, strconv.FormatInt(size, 10))
		copyDir := filepath.Join(here, "copy")
		entries := readEntries(copyDir, size)
		if all == nil {
			all = &memoryLog{}
			for _, entry := range entries {
				_, err := note.Open(entry, note.VerifierList(k.record))
				check(err, "record", len(all.entries))
				all.add(entry)
			}
		}
		for i, entry := range entries {
			require(bytes.Equal(entry, all.entries[i]), here, "record", i, "is that of the longer log")
		}
		compareFiles(all, copyDir, size)
		checkpoint := read(copyDir, "checkpoint")
		verifyNotes(all, k, here, size, checkpoint)
		proofs := 0
		if size > 0 {
			for _, index := range numbers(filepath.Join(here, "inclusion")) {
				name := strconv.FormatInt(index, 10)
				require(bytes.Equal(read(here, "inclusion", name),
					all.proofFile(size, index, checkpoint)), here, "proof of", name)
				proofs++
			}
			require(proofs > 0, here, "has proofs")
		}
		for _, old := range numbers(filepath.Join(here, "consistency")) {
			name := strconv.FormatInt(old, 10)
			require(bytes.Equal(read(here, "consistency", name), all.consistency(size, old)),
				here, "consistency from", name)
			proofs++
		}
		fmt.Println(size, "records,", proofs, "proofs equal")
	}
}

// ---- write and golden

// newLog has records signed with key n.
func newLog(size int64, n byte) *memoryLog {
	l := &memoryLog{}
	records := signer(origin+"/records", n)
	for i := int64(0); i < size; i++ {
		at := time.Unix(cosignedAt+i, 0).UTC().Format("2006-01-02T15:04:05.000Z")
		line := fmt.Sprintf(`{"v":1,"type":"decision","index":%d,"time":"%s","site":"大廳"}`, i, at)
		l.add(sign(line+"\n", records))
	}
	return l
}

func writeLog(directory string, size int64) {
	l := newLog(size, 6)
	checkpoint := sign(checkpointText(l, size), signer(origin, 5))
	write([]byte(vkey(origin, 5)+"\n"+vkey(origin+"/records", 6)+"\n"), directory, "vkeys")
	write(checkpoint, directory, "copy", "checkpoint")
	for name, content := range l.files(size) {
		write(content, directory, "copy", filepath.FromSlash(name))
	}
	for i := int64(0); i < size; i += 1 + size/16 {
		name := strconv.FormatInt(i, 10)
		write(l.proofFile(size, i, checkpoint), directory, "inclusion", name)
		write(l.consistency(size, i), directory, "consistency", name)
	}
}

func hexLines(content []byte) []byte {
	var lines []byte
	for len(content) > 0 {
		n := len(content)
		if n > sha256.Size {
			n = sha256.Size
		}
		lines = append(append(lines, hex.EncodeToString(content[:n])...), '\n')
		content = content[n:]
	}
	return lines
}

// golden writes one of each format, over a log of seven records; of the oldest 256 of another.
func golden(directory string) {
	const size = 7
	l := newLog(size, 2)
	log := signer(origin, 1)
	w := newCosigner(witness, private(4).Public().(ed25519.PublicKey))
	w.key, w.at = private(4), cosignedAt
	checkpoint := sign(checkpointText(l, size), log)
	files := l.files(size)
	for name, content := range map[string][]byte{
		"vkeys": []byte(vkey(origin, 1) + "\n" + vkey(origin+"/records", 2) + "\n" +
			vkey(origin, 3) + "\n" + w.vkey() + "\n"),
		"checkpoint":    checkpoint,
		"empty":         sign(checkpointText(l, 0), log),
		"rotated":       sign(checkpointText(l, size), log, signer(origin, 3), w),
		"minimum_index": sign(minimumIndexText(newLog(256, 2), 256), log),
		"record":        l.entries[size-1],
		"tile.hex":      hexLines(files["tile/0/000.p/7"]),
		"bundle.hex":    hexLines(files["tile/entries/000.p/7"]),
		"proof":         l.proofFile(size, 4, checkpoint),
		"consistency":   l.consistency(size, 3),
	} {
		write(content, directory, "go."+name+".golden")
	}
}

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "verify":
		verify(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "write":
		size, err := strconv.ParseInt(os.Args[3], 10, 64)
		check(err)
		writeLog(os.Args[2], size)
	case len(os.Args) == 3 && os.Args[1] == "golden":
		golden(os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "usage: c2sp verify DIR | write DIR SIZE | golden DIR")
		os.Exit(2)
	}
}
