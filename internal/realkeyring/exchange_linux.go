package realkeyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// prime1536 is the 1,536-bit group of RFC 3526, section 2; its generator is 2.
const prime1536 = "" +
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22" +
	"514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6" +
	"F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D" +
	"C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"

var prime, _ = new(big.Int).SetString(prime1536, 16)

// seal encrypts a secret for the side that began an exchange, by the protocol
// sx-aes-1 of gcr's GcrSecretExchange: Diffie-Hellman, HKDF-SHA-256, AES-128-CBC.
func seal(began, secret string) (string, error) {
	theirs, err := publicKey(began)
	if err != nil {
		return "", err
	}
	ours, shared := agree(theirs)
	key, err := hkdf.Key(sha256.New, shared, nil, "", 16)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	padding := aes.BlockSize - len(secret)%aes.BlockSize
	text := append([]byte(secret), bytes.Repeat([]byte{byte(padding)}, padding)...)
	iv := randomBytes(aes.BlockSize)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("[sx-aes-1]\npublic=%s\nsecret=%s\niv=%s\n", encode(ours), encode(text), encode(iv)), nil
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	rand.Read(data)
	return data
}

func publicKey(exchange string) (*big.Int, error) {
	for line := range strings.Lines(exchange) {
		if encoded, ok := strings.CutPrefix(line, "public="); ok {
			data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
			return new(big.Int).SetBytes(data), err
		}
	}
	return nil, errors.New("the exchange has no public key")
}

// agree returns our public key and the shared secret. Implementations differ over
// the zeros that a secret may begin with, so it takes one that begins with none.
func agree(theirs *big.Int) (ours, shared []byte) {
	for len(shared) != len(prime1536)/2 {
		private := new(big.Int).SetBytes(randomBytes(len(prime1536) / 2))
		ours = new(big.Int).Exp(big.NewInt(2), private, prime).Bytes()
		shared = new(big.Int).Exp(theirs, private, prime).Bytes()
	}
	return ours, shared
}
