import Foundation
import Glibc
import Synchronization
import TestSupport

/// An HTTP server on this machine that answers every request as a test says.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    let path: String
    /// The first byte asked for; nil without a range.
    let from: Int?
    /// Which request it is, from 0.
    let number: Int
  }

  struct Reply: Sendable {
    var status = 200
    var headers: [String] = []
    var body: [UInt8] = []
    /// What the header says of the length; nil: the truth.
    var declared: Int?
    /// Bytes are sent one at a time, with this pause between them.
    var pause: TimeInterval?

    /// A file, or its rest from the byte asked for.
    static func file(_ bytes: [UInt8], _ request: Request) -> Reply {
      guard let from = request.from else { return Reply(body: bytes) }
      guard from < bytes.count else { return Reply(status: 416) }
      return Reply(
        status: 206, headers: ["Content-Range: bytes \(from)-\(bytes.count - 1)/\(bytes.count)"],
        body: Array(bytes[from...]))
    }
  }

  let port: UInt16
  private let descriptor: Int32
  private let seen = Mutex<[Request]>([])

  /// What was asked for so far.
  var requests: [Request] { seen.withLock { $0 } }
  func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let opened = descriptor
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(opened, $0, length) == 0 && listen(opened, 16) == 0 && getsockname(opened, $0, &length) == 0
      }
    }
    guard bound else { throw HelperError("no port on this machine") }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(opened, nil, nil)
        guard client >= 0 else { return }
        guard let self else {
          close(client)
          return
        }
        self.serve(client, answer)
        close(client)
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func serve(_ client: Int32, _ answer: (Request) -> Reply) {
    var text: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 4096)
    while !text.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      text += buffer[..<count]
    }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let request = seen.withLock { seen in
      let request = Request(
        path: String(lines[0].split(separator: " ")[1]),
        from: range.flatMap { Int($0.dropFirst(13).prefix { $0.isNumber }) }, number: seen.count)
      seen.append(request)
      return request
    }
    let reply = answer(request)
    var head =
      "HTTP/1.1 \(reply.status) X\r\nContent-Length: \(reply.declared ?? reply.body.count)\r\nConnection: close\r\n"
    for header in reply.headers { head += header + "\r\n" }
    send(Array((head + "\r\n").utf8), to: client)
    guard let pause = reply.pause else { return send(reply.body, to: client) }
    for byte in reply.body {
      send([byte], to: client)
      Thread.sleep(forTimeInterval: pause)
    }
  }

  private func send(_ bytes: [UInt8], to client: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(client, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
