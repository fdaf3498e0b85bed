import Foundation
import TensorBoard
import Testing

@Suite struct TensorBoardLogTests {
  /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283), (Array(repeating: 0, count: 32), 0x8A91_36AA),
      (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
      (Array((0..<32).reversed()), 0x113F_DB5C), ([], 0),
    ] as [([UInt8], UInt32)])
  func checksumsAreThoseOfTheStandard(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
  }

  /// The frame of the two bytes "ab", as `tensorboard.summary.writer.record_writer` 2.21.0 writes it.
  @Test func aFrameHasLengthAndChecksums() {
    let frame: [UInt8] = [
      0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x78, 0x27, 0x0B, 0x34, 0x61, 0x62, 0x1C, 0xB0, 0xF0, 0xF4,
    ]
    #expect(Array(TFRecord.frame(Data("ab".utf8))) == frame)
    #expect(TFRecord.frame(Data()).count == 16)
  }

  /// What tensorboard 2.21.0 writes of the same events, by its own classes of Protocol Buffers and its record writer.
  @Test func aFileIsThatOfTensorBoardToTheByte() throws {
    let expected =
      "GAAAAAAAAACjf0siCQAAoHLKStpBGg1icmFpbi5FdmVudDoy25rjqDEAAAAAAAAAnYOD6QkAANByykraQRADKiQKDwoIdHJhaW4va2wVAAAAPwoR"
      + "Cgp0cmFpbi9sb3NzFQAAAEDDB7R6RwAAAAAAAAC6w/ubCQAAAHPKStpBEAMqOgo4Cgdqb3VybmFsQhQIBxIAQg7OsyAwLjUg4oaSIDAuMUoXCgYK"
      + "BHRleHQaDXdoYXQgd2FzIGRvbmW54WWNJAAAAAAAAABCK4BNCQAAAHPKStpBEKwCKhYKFAoHam91cm5hbEIJCAcSAEIDZW5kYsiHDw=="
    var log = try TensorBoardLog(time: 1_764_436_426.5)
    try log.add(["train/loss": 2, "train/kl": 0.5], step: 3, time: 1_764_436_427.25)
    try log.add([:], step: 4, time: 1_764_436_427.5)
    let time = 1_764_436_428.0
    try log.add(text: "γ 0.5 → 0.1", tag: "journal", about: "what was done", step: 3, time: time)
    try log.add(text: "end", tag: "journal", about: "what was done", step: 300, time: time)
    #expect(log.data.base64EncodedString() == expected)
  }
}
