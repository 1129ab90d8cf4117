// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package filter

import "encoding/hex"

var frames = [][]byte{
	{0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, 1},
	{0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x86, 0xdd, 2},
}

var pairs = [][][]byte{
	{
		{0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, 3},
		{0x02, 0, 0, 0, 0, 9, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, 3, 4},
	},
}

func TestFilter(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want uint32
		out  []byte
	}{
		{
			name: "drops telnet",
			in:   []byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00\x45"),
			want: 1,
		},
		{"positional", mustHex(`020000000001 020000000002 0800 46`), xdp.XDP_PASS, nil},
	}
	data, err := hex.DecodeString("0200000000010200000000021234ff")
	for _, test := range tests {
		run(test.in)
	}
}
