/* A terminal made of OpenPACE's library: PACE, chip authentication (version 1) and terminal authentication with a
 * chip on the other side of a pipe. None of Stempel's code is in it.
 *
 * It writes a command APDU a line in hexadecimal and reads the answer, a line in hexadecimal. Lines that start
 * with "#" tell how far it came; the last one is "# done".
 *
 * arguments: EF.CardAccess  CAN  chip's public point  terminal's private key (DER)  authority's certificate
 *            then the certificates of the chain, each 7F21; all in hexadecimal but the CAN.
 */
#include <eac/ca.h>
#include <eac/cv_cert.h>
#include <eac/eac.h>
#include <eac/pace.h>
#include <eac/ta.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The library exports these two without a header. */
BUF_MEM *BUF_MEM_create_init(const void *bytes, size_t length);
int KA_CTX_derive_keys(const KA_CTX *ctx, const BUF_MEM *nonce, EVP_MD_CTX *md_ctx);

#define DEMAND(condition, what) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "libeac: %s\n", what); \
            ERR_print_errors_fp(stderr); \
            exit(1); \
        } \
    } while (0)

typedef struct {
    unsigned char bytes[4096];
    size_t length;
} Bytes;

static EAC_CTX *ctx;

static void push(Bytes *to, const void *bytes, size_t length) {
    DEMAND(to->length + length <= sizeof to->bytes, "too long");
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void push_byte(Bytes *to, unsigned char byte) { push(to, &byte, 1); }

/* A data object with a tag of one or two bytes. */
static void push_object(Bytes *to, unsigned tag, const void *value, size_t length) {
    if (tag > 0xFF)
        push_byte(to, tag >> 8);
    push_byte(to, tag & 0xFF);
    if (length > 0xFF) {
        push_byte(to, 0x82);
        push_byte(to, length >> 8);
    } else if (length > 0x7F)
        push_byte(to, 0x81);
    push_byte(to, length & 0xFF);
    push(to, value, length);
}

static Bytes from_hex(const char *text) {
    Bytes out = {.length = 0};
    for (; text[0] > ' ' && text[1] > ' '; text += 2) {
        unsigned byte;
        DEMAND(sscanf(text, "%2x", &byte) == 1, "not hexadecimal");
        push_byte(&out, byte);
    }
    return out;
}

static BUF_MEM *buffer(const Bytes *bytes) { return BUF_MEM_create_init(bytes->bytes, bytes->length); }

/* Sends an APDU as it is; the answer without its status, which must be 9000. */
static Bytes transmit(const Bytes *apdu) {
    static char line[16384];
    for (size_t i = 0; i < apdu->length; i++)
        printf("%02X", apdu->bytes[i]);
    printf("\n");
    fflush(stdout);
    DEMAND(fgets(line, sizeof line, stdin), "no answer");
    Bytes answer = from_hex(line);
    DEMAND(answer.length >= 2, "an answer without a status");
    answer.length -= 2;
    const unsigned char *status = answer.bytes + answer.length;
    if (status[0] != 0x90 || status[1] != 0x00) {
        fprintf(stderr, "libeac: status %02X%02X\n", status[0], status[1]);
        exit(2);
    }
    return answer;
}

static Bytes command(const unsigned char header[4], const Bytes *data, int le) {
    Bytes apdu = {.length = 0};
    int extended = data->length > 255;
    push(&apdu, header, 4);
    if (extended) {
        push_byte(&apdu, 0);
        push_byte(&apdu, data->length >> 8);
    }
    if (data->length)
        push_byte(&apdu, data->length & 0xFF);
    push(&apdu, data->bytes, data->length);
    if (le >= 0) {
        if (extended)
            push_byte(&apdu, 0);
        push_byte(&apdu, le & 0xFF);
    }
    return apdu;
}

/* The value of the first object with this tag; one- and two-byte lengths. */
static Bytes object(const Bytes *in, unsigned char tag) {
    Bytes out = {.length = 0};
    for (size_t at = 0; at + 2 <= in->length;) {
        unsigned char found = in->bytes[at++];
        size_t length = in->bytes[at++];
        for (int more = length > 0x80 ? length - 0x80 : 0, first = 1; more > 0; more--, first = 0)
            length = (first ? 0 : length << 8) | in->bytes[at++];
        DEMAND(at + length <= in->length, "an object is cut off");
        if (found == tag) {
            push(&out, in->bytes + at, length);
            return out;
        }
        at += length;
    }
    DEMAND(0, "an object is missing");
    return out;
}

/* A step of PACE: 7C { tag value } out, the value of 7C { answer_tag } back. */
static BUF_MEM *pace_step(int last, unsigned char tag, const BUF_MEM *value, unsigned char answer_tag) {
    const unsigned char header[4] = {last ? 0x00 : 0x10, 0x86, 0x00, 0x00};
    Bytes inner = {.length = 0}, outer = {.length = 0};
    if (value)
        push_object(&inner, tag, value->data, value->length);
    push_object(&outer, 0x7C, inner.bytes, inner.length);
    Bytes apdu = command(header, &outer, 0);
    Bytes answer = transmit(&apdu);
    Bytes template = object(&answer, 0x7C);
    Bytes found = object(&template, answer_tag);
    return buffer(&found);
}

/* The chip's ephemeral key, whose x-coordinate is its name in terminal authentication. */
static BUF_MEM *pace(const char *can) {
    static const unsigned char header[4] = {0x00, 0x22, 0xC1, 0xA4};
    Bytes choice = from_hex("800A04007F00070202040202830102");
    Bytes apdu = command(header, &choice, -1);
    transmit(&apdu);
    PACE_SEC *secret = PACE_SEC_new(can, strlen(can), PACE_CAN);
    DEMAND(secret, "the CAN");
    BUF_MEM *nonce = pace_step(0, 0, NULL, 0x80);
    DEMAND(PACE_STEP2_dec_nonce(ctx, secret, nonce), "the nonce");
    BUF_MEM *mapping = PACE_STEP3A_generate_mapping_data(ctx);
    DEMAND(mapping, "the mapping key");
    BUF_MEM *chip_mapping = pace_step(0, 0x81, mapping, 0x82);
    DEMAND(PACE_STEP3A_map_generator(ctx, chip_mapping), "the generator");
    BUF_MEM *ephemeral = PACE_STEP3B_generate_ephemeral_key(ctx);
    DEMAND(ephemeral, "the ephemeral key");
    BUF_MEM *chip_key = pace_step(0, 0x83, ephemeral, 0x84);
    DEMAND(PACE_STEP3B_compute_shared_secret(ctx, chip_key), "the shared secret");
    DEMAND(PACE_STEP3C_derive_keys(ctx), "the session keys");
    BUF_MEM *token = PACE_STEP3D_compute_authentication_token(ctx, chip_key);
    DEMAND(token, "our token");
    BUF_MEM *chip_token = pace_step(1, 0x85, token, 0x86);
    DEMAND(PACE_STEP3D_verify_authentication_token(ctx, chip_token) == 1, "the chip's token is wrong");
    DEMAND(EAC_CTX_set_encryption_ctx(ctx, EAC_ID_PACE), "the session of PACE");
    PACE_SEC_clear_free(secret);
    printf("# pace\n");
    return chip_key;
}

/* A command in the session, protected and unprotected by libeac. */
static Bytes protected(const char *header_text, const Bytes *data, int le) {
    Bytes header = from_hex(header_text), objects = {.length = 0}, message = {.length = 0};
    header.bytes[0] |= 0x0C;
    DEMAND(EAC_increment_ssc(ctx), "the counter");
    if (data && data->length) {
        BUF_MEM *padded = EAC_add_iso_pad(ctx, buffer(data));
        BUF_MEM *encrypted = EAC_encrypt(ctx, padded);
        DEMAND(encrypted, "encryption");
        Bytes value = {.length = 0};
        push_byte(&value, 0x01);
        push(&value, encrypted->data, encrypted->length);
        push_object(&objects, 0x87, value.bytes, value.length);
    }
    if (le >= 0) {
        unsigned char short_le = le & 0xFF;
        push_object(&objects, 0x97, &short_le, 1);
    }
    BUF_MEM *padded_header = EAC_add_iso_pad(ctx, buffer(&header));
    push(&message, padded_header->data, padded_header->length);
    if (objects.length) {
        BUF_MEM *padded = EAC_add_iso_pad(ctx, buffer(&objects));
        push(&message, padded->data, padded->length);
    }
    BUF_MEM *mac = EAC_authenticate(ctx, buffer(&message));
    DEMAND(mac, "the MAC");
    push_object(&objects, 0x8E, mac->data, mac->length);
    Bytes apdu = command(header.bytes, &objects, 0);
    Bytes answer = transmit(&apdu);

    DEMAND(EAC_increment_ssc(ctx), "the counter");
    DEMAND(answer.length >= 14, "a short answer");
    Bytes authenticated = answer, plain = {.length = 0};
    authenticated.length -= 10;
    Bytes chip_mac = object(&answer, 0x8E);
    BUF_MEM *padded = EAC_add_iso_pad(ctx, buffer(&authenticated));
    DEMAND(EAC_verify_authentication(ctx, padded, buffer(&chip_mac)) == 1, "the chip's MAC is wrong");
    Bytes status = object(&answer, 0x99);
    DEMAND(status.length == 2 && status.bytes[0] == 0x90 && status.bytes[1] == 0, "the protected status");
    if (answer.bytes[0] == 0x87) {
        Bytes value = object(&answer, 0x87), encrypted = {.length = 0};
        push(&encrypted, value.bytes + 1, value.length - 1);
        BUF_MEM *decrypted = EAC_decrypt(ctx, buffer(&encrypted));
        DEMAND(decrypted, "decryption");
        BUF_MEM *unpadded = EAC_remove_iso_pad(decrypted);
        DEMAND(unpadded, "padding");
        push(&plain, unpadded->data, unpadded->length);
    }
    return plain;
}

/* Our ephemeral key, compressed. libeac derives keys for version 2 with a nonce; version 1 has none. */
static BUF_MEM *authenticate_chip(const Bytes *chip_key) {
    DEMAND(EAC_CTX_init_ca(ctx, NID_id_CA_ECDH_AES_CBC_CMAC_128, 13), "chip authentication");
    BUF_MEM *ephemeral = TA_STEP3_generate_ephemeral_key(ctx);
    DEMAND(ephemeral, "the key of chip authentication");
    BUF_MEM *point = CA_STEP2_get_eph_pubkey(ctx);
    DEMAND(point, "the point of chip authentication");
    Bytes choice = from_hex("800A04007F0007020203020284010D"), inner = {.length = 0}, outer = {.length = 0};
    protected("002241A4", &choice, -1);
    push_object(&inner, 0x80, point->data, point->length);
    push_object(&outer, 0x7C, inner.bytes, inner.length);
    Bytes answer = protected("00860000", &outer, 256);
    DEMAND(answer.length == 2 && answer.bytes[0] == 0x7C && answer.bytes[1] == 0, "7C 00");
    DEMAND(CA_STEP4_compute_shared_secret(ctx, buffer(chip_key)), "the shared secret");
    DEMAND(KA_CTX_derive_keys(ctx->ca_ctx->ka_ctx, NULL, ctx->md_ctx), "the keys of chip authentication");
    DEMAND(EAC_CTX_set_encryption_ctx(ctx, EAC_ID_CA), "the session of chip authentication");
    Bytes com = protected("00B09E00", NULL, 4);
    DEMAND(com.length == 4 && com.bytes[0] == 0x60, "EF.COM under the chip's own keys");
    printf("# chip authentication\n");
    return ephemeral;
}

static void authenticate_terminal(const BUF_MEM *ephemeral, const BUF_MEM *chip_key, char **arguments, int count) {
    Bytes private = from_hex(arguments[0]), root = from_hex(arguments[1]);
    /* First as a judge of the chain, without a key; then as the terminal that the last certificate is for. */
    DEMAND(EAC_CTX_init_ta(ctx, NULL, 0, root.bytes, root.length), "the authority's certificate");
    Bytes name = {.length = 0}, own = {.length = 0};
    for (int i = 2; i < count; i++) {
        Bytes certificate = from_hex(arguments[i]);
        DEMAND(TA_STEP2_import_certificate(ctx, certificate.bytes, certificate.length), "a certificate");
        const unsigned char *at = certificate.bytes;
        CVC_CERT *read = CVC_d2i_CVC_CERT(NULL, &at, certificate.length);
        DEMAND(read, "a certificate");
        const ASN1_OCTET_STRING *car = read->body->certificate_authority_reference;
        const ASN1_OCTET_STRING *chr = read->body->certificate_holder_reference;
        Bytes signer = {.length = 0}, content = {.length = 0};
        push_object(&signer, 0x83, ASN1_STRING_get0_data(car), ASN1_STRING_length(car));
        protected("002281B6", &signer, -1);
        /* Without 7F21 and its length of one to three bytes. */
        size_t skip = certificate.bytes[2] > 0x80 ? 3 + (certificate.bytes[2] - 0x80) : 3;
        push(&content, certificate.bytes + skip, certificate.length - skip);
        protected("002A00BE", &content, -1);
        own = certificate;
        name.length = 0;
        push_object(&name, 0x83, ASN1_STRING_get0_data(chr), ASN1_STRING_length(chr));
    }
    DEMAND(EAC_CTX_init_ta(ctx, private.bytes, private.length, own.bytes, own.length), "the terminal's key");
    protected("002281A4", &name, -1);
    Bytes challenge = protected("00840000", NULL, 8);
    DEMAND(challenge.length == 8, "the challenge");
    DEMAND(TA_STEP4_set_nonce(ctx, buffer(&challenge)), "the challenge");
    BUF_MEM *chip_name = EAC_Comp(ctx, EAC_ID_PACE, chip_key);
    DEMAND(chip_name, "the chip's name");
    BUF_MEM *signature = TA_STEP5_sign(ctx, ephemeral, chip_name, NULL);
    DEMAND(signature, "the signature");
    Bytes answer = {.length = 0};
    push(&answer, signature->data, signature->length);
    protected("00820000", &answer, -1);
    Bytes fingers = protected("00B08300", NULL, 4);
    DEMAND(fingers.length == 4 && fingers.bytes[0] == 0x63, "the fingers");
    printf("# terminal authentication\n");
}

int main(int count, char **arguments) {
    DEMAND(count >= 6, "arguments are missing");
    EAC_init();
    ctx = EAC_CTX_new();
    DEMAND(ctx, "a context");
    Bytes card_access = from_hex(arguments[1]), chip_key = from_hex(arguments[3]);
    DEMAND(EAC_CTX_init_ef_cardaccess(card_access.bytes, card_access.length, ctx), "EF.CardAccess");
    BUF_MEM *pace_key = pace(arguments[2]);
    Bytes application = from_hex("A0000002471001");
    protected("00A4040C", &application, -1);
    BUF_MEM *ephemeral = authenticate_chip(&chip_key);
    authenticate_terminal(ephemeral, pace_key, arguments + 4, count - 4);
    printf("# done\n");
    return 0;
}
