// A switch with slow wires, for scripts/cluster/network.mjs: carries Ethernet frames between the
// interfaces that it is given, each frame as late as a network of that latency and rate would.
//   wire LATENCY_NANOSECONDS BITS_PER_SECOND INTERFACE...
// Interface i leads to the host with the MAC address 02:00:00:00:00:i+1.
//
// Why not `tc netem`: kernels of small virtual machines and many containers lack it, and tbf lets
// a burst pass at full speed, which is just what an exchange of gradients is.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum {
  kMaxPorts = 16,
  // The kernel hands over segments of TCP joined to one frame of up to 64 KiB.
  kMaxFrame = 66 * 1024,
  // Preamble, check sequence and gap between frames: on the wire, but in no buffer.
  kWireOverhead = 24,
  // Frames that are read before those that are due go out.
  kReadsPerTurn = 16,
  // An acknowledgement without data is shorter.
  kSmallFrame = 128,
  // Frames from one host to another that are under way. Windows of TCP keep it far below.
  kQueue = 1 << 13,
  kReceiveBytes = 64 << 20,
};

typedef struct Frame {
  // When it may go on: onto the next wire, or into its host.
  int64_t due;
  // How long a wire is busy with it.
  int64_t duration;
  size_t bytes;
  struct Frame* next_free;
  uint8_t data[sizeof(struct virtio_net_hdr) + kMaxFrame];
} Frame;

typedef struct {
  Frame* frames[kQueue];
  uint32_t head, tail;
} Queue;

// One direction of a host's cable. It carries one frame at a time, and those from or for each of
// the other hosts in turn, as a host's queues and a switch with fair ones do. In a single queue,
// whoever sends most would get most, and TCP's answers would wait behind megabytes, because nothing
// here is ever dropped.
typedef struct {
  Queue queues[kMaxPorts];
  int last;
  int64_t busy;  // until then
} Wire;

typedef struct {
  int socket;
  Wire up, down;
  // Large frames and small ones that have passed all wires.
  Queue arrived[2];
} Port;

static Port ports[kMaxPorts];
static int port_count;
static int64_t latency;
static double nanoseconds_per_byte;

static void fail(const char* what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void set(int socket, int level, int option, int value, const char* what) {
  if (setsockopt(socket, level, option, &value, sizeof value) != 0) fail(what);
}

// Buffers are used again: fresh memory would cost more than the frame.
static Frame* free_frames;

static Frame* take_frame(void) {
  Frame* frame = free_frames;
  if (frame == NULL) {
    frame = malloc(sizeof *frame);
    if (frame == NULL) fail("memory");
    memset(frame, 0, sizeof *frame);
    return frame;
  }
  free_frames = frame->next_free;
  return frame;
}

static void give_frame(Frame* frame) {
  frame->next_free = free_frames;
  free_frames = frame;
}

static void open_port(Port* port, const char* name) {
  port->socket = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (port->socket < 0) fail("socket");
  set(port->socket, SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
  set(port->socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
  set(port->socket, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBytes, "SO_RCVBUFFORCE");
  set(port->socket, SOL_SOCKET, SO_SNDBUFFORCE, kReceiveBytes, "SO_SNDBUFFORCE");
  const int index = (int)if_nametoindex(name);
  if (index == 0) fail(name);
  struct packet_mreq all = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
  if (setsockopt(port->socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0) fail(name);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
  if (bind(port->socket, (struct sockaddr*)&address, sizeof address) != 0) fail(name);
}

// Bytes on the wire: of joined segments, each has its own headers there.
static double wire_bytes(const struct virtio_net_hdr* header, size_t bytes) {
  if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE || header->gso_size == 0) {
    return (double)(bytes + kWireOverhead);
  }
  const size_t segments = (bytes - header->hdr_len + header->gso_size - 1) / header->gso_size;
  return (double)(bytes + (segments - 1) * header->hdr_len + segments * kWireOverhead);
}

static void push(Queue* queue, Frame* frame) {
  if (queue->tail - queue->head == kQueue) {
    fprintf(stderr, "wire: more than %d frames under way between two hosts\n", kQueue);
    exit(1);
  }
  queue->frames[queue->tail++ % kQueue] = frame;
}

// The frame that is next, or NULL.
static Frame* first(const Queue* queue) {
  return queue->head == queue->tail ? NULL : queue->frames[queue->head % kQueue];
}

// Small frames overtake the others: they wait for no wire.
static void forward(int from, int to, Frame* frame) {
  const int is_small = frame->bytes < sizeof(struct virtio_net_hdr) + kSmallFrame;
  if (is_small) frame->due += frame->duration + latency;
  push(is_small ? &ports[to].arrived[1] : &ports[from].up.queues[to], frame);
}

// To the one host that it is for, or to all others, such as the question who has an address.
static void forward_all(int from, Frame* frame) {
  const uint8_t* destination = frame->data + sizeof(struct virtio_net_hdr);
  if (!(destination[0] & 1)) {
    const int to = destination[5] - 1;
    if (to >= 0 && to < port_count && to != from) return forward(from, to, frame);
  } else {
    for (int to = 0; to < port_count; to++) {
      if (to == from) continue;
      Frame* copy = take_frame();
      copy->bytes = frame->bytes;
      copy->due = frame->due;
      copy->duration = frame->duration;
      memcpy(copy->data, frame->data, frame->bytes);
      forward(from, to, copy);
    }
  }
  give_frame(frame);
}

static void read_port(int from) {
  Port* port = &ports[from];
  for (int i = 0; i < kReadsPerTurn; i++) {
    Frame* frame = take_frame();
    const ssize_t bytes = recv(port->socket, frame->data, sizeof frame->data, 0);
    if (bytes < 0) {
      give_frame(frame);
      if (errno == EAGAIN || errno == EINTR) return;
      fail("recv");
    }
    frame->bytes = (size_t)bytes;
    const struct virtio_net_hdr* header = (const struct virtio_net_hdr*)frame->data;
    const double length = wire_bytes(header, frame->bytes - sizeof *header);
    frame->duration = (int64_t)(length * nanoseconds_per_byte);
    frame->due = now();
    forward_all(from, frame);
  }
}

// The queue whose frame a wire carries next, and when it begins; INT64_MAX if there is none.
static int64_t next_on(const Wire* wire, int* chosen) {
  int64_t begin = INT64_MAX;
  for (int k = 1; k <= port_count; k++) {
    const int i = (wire->last + k) % port_count;
    const Frame* frame = first(&wire->queues[i]);
    if (frame == NULL) continue;
    const int64_t time = frame->due > wire->busy ? frame->due : wire->busy;
    if (time >= begin) continue;
    begin = time;
    *chosen = i;
  }
  return begin;
}

// Takes the next frame if it has begun by `time`; then `due` is when it began.
static Frame* carry(Wire* wire, int64_t time, int* peer) {
  const int64_t begin = next_on(wire, peer);
  if (begin > time) return NULL;
  Frame* frame = first(&wire->queues[*peer]);
  wire->queues[*peer].head++;
  wire->last = *peer;
  wire->busy = begin + frame->duration;
  frame->due = begin;
  return frame;
}

// A frame goes onto the second wire when it begins on the first, as through a switch that does not
// wait for the end of a frame.
static void carry_all(int64_t time) {
  Frame* frame;
  int peer = 0;
  for (int from = 0; from < port_count; from++) {
    while ((frame = carry(&ports[from].up, time, &peer)) != NULL) push(&ports[peer].down.queues[from], frame);
  }
  for (int to = 0; to < port_count; to++) {
    while ((frame = carry(&ports[to].down, time, &peer)) != NULL) {
      frame->due += frame->duration + latency;
      push(&ports[to].arrived[0], frame);
    }
  }
}

static void deliver_from(Queue* queue, int socket) {
  for (Frame* frame = first(queue); frame != NULL && frame->due <= now(); frame = first(queue)) {
    if (send(socket, frame->data, frame->bytes, 0) < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      // A host that is being removed: its interface goes first.
      if (errno != ENETDOWN && errno != ENXIO) fail("send");
    }
    give_frame(frame);
    queue->head++;
  }
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

// Carries and sends what is due; returns when the next frame is, or INT64_MAX.
static int64_t deliver(void) {
  int64_t next = INT64_MAX;
  int peer = 0;
  carry_all(now());
  for (int i = 0; i < port_count; i++) {
    Port* port = &ports[i];
    for (int k = 0; k < 2; k++) {
      deliver_from(&port->arrived[k], port->socket);
      const Frame* frame = first(&port->arrived[k]);
      if (frame != NULL) next = earlier(next, frame->due);
    }
    next = earlier(next, earlier(next_on(&port->up, &peer), next_on(&port->down, &peer)));
  }
  return next;
}

int main(int argc, char** argv) {
  port_count = argc - 3;
  if (port_count < 1 || port_count > kMaxPorts) {
    fprintf(stderr, "usage: wire LATENCY_NANOSECONDS BITS_PER_SECOND INTERFACE...\n");
    return 2;
  }
  latency = atoll(argv[1]);
  nanoseconds_per_byte = 8e9 / atof(argv[2]);
  // A timer may be late by this much; 50 microseconds are usual.
  prctl(PR_SET_TIMERSLACK, 1);
  // The program ends with the one that started it, even if that is killed.
  prctl(PR_SET_PDEATHSIG, 9);
  // Ranks compute on all cores; a wire is not to wait for them.
  const struct sched_param priority = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) fail("SCHED_FIFO");
  struct pollfd polls[kMaxPorts];
  for (int i = 0; i < port_count; i++) {
    open_port(&ports[i], argv[i + 3]);
    polls[i] = (struct pollfd){.fd = ports[i].socket, .events = POLLIN};
  }
  puts("ready");
  fflush(stdout);
  for (;;) {
    const int64_t next = deliver();
    int64_t wait = next - now();
    if (wait < 0) wait = 0;
    const struct timespec timeout = {wait / 1000000000, wait % 1000000000};
    if (ppoll(polls, (nfds_t)port_count, next == INT64_MAX ? NULL : &timeout, NULL) < 0) {
      if (errno != EINTR) fail("ppoll");
    }
    for (int i = 0; i < port_count; i++) {
      if (polls[i].revents & POLLIN) read_port(i);
      if (polls[i].revents & (POLLHUP | POLLNVAL)) return 0;
    }
  }
}
