import Foundation
import TestSupport
import Testing

/// A program that runs until it is ended, with its output in a file of the place.
struct Service {
  private let process: pid_t

  init(_ program: String, _ arguments: [String], in place: ClusterPlace) throws {
    let path = try #require(Tool.path(program))
    let words = ([path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    process = try place.start("exec \(words) > \(program).log 2>&1")
  }

  func end() { kill(process, SIGTERM) }
}

/// A server that `ssh alpha` and `ssh beta` reach: this machine.
struct SSHServer {
  private let service: Service

  init(_ place: ClusterPlace) async throws {
    let port = Int.random(in: 20_000..<32_000)
    for name in ["host", "user"] {
      let made = try await place.run("ssh-keygen -q -t ed25519 -N '' -f \(place.path(name))")
      #expect(made.status == 0, "\(made.error)")
    }
    try place.write(
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(place.path("host"))
      AuthorizedKeysFile \(place.path("user.pub"))
      PidFile none
      StrictModes no
      UsePAM no
      PermitRootLogin yes
      SetEnv PATH=\(place.searchPath)

      """, to: "sshd_config")
    try place.write(
      """
      Host alpha beta
        HostName 127.0.0.1
        Port \(port)
        IdentityFile \(place.path("user"))
        IdentitiesOnly yes
        StrictHostKeyChecking no
        UserKnownHostsFile /dev/null
        LogLevel ERROR

      """, to: "ssh_config")
    let ssh = try #require(Tool.path("ssh"))
    try place.writeProgram("ssh", "exec \(ssh) -F '\(place.path("ssh_config"))' \"$@\"")
    if getuid() == 0 { try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true) }
    service = try Service("sshd", ["-D", "-e", "-f", place.path("sshd_config")], in: place)
    let answers: Bool? = try await Polling.first(within: .seconds(20)) {
      place.text("sshd.log").contains("Server listening") ? true : nil
    }
    #expect(answers == true, "\(place.text("sshd.log"))")
  }

  func end() { service.end() }
}

/// A real Slurm controller with one node, this machine, without systemd.
struct SlurmCluster {
  private let services: [Service]

  init(_ place: ClusterPlace) async throws {
    let port = Int.random(in: 20_000..<32_000), user = NSUserName()
    let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
    for name in ["state", "spool"] {
      try FileManager.default.createDirectory(atPath: place.path(name), withIntermediateDirectories: true)
    }
    try Data((0..<1024).map { _ in UInt8.random(in: 0...255) }).write(to: URL(fileURLWithPath: place.path("munge.key")))
    let permissions: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    try FileManager.default.setAttributes(permissions, ofItemAtPath: place.path("munge.key"))
    try place.write(
      """
      ClusterName=one
      SlurmctldHost=\(host)(127.0.0.1)
      SlurmctldPort=\(port)
      SlurmdPort=\(port + 1)
      AuthType=auth/munge
      CryptoType=crypto/munge
      AuthInfo=socket=\(place.path("munge.socket"))
      SlurmUser=\(user)
      SlurmdUser=\(user)
      StateSaveLocation=\(place.path("state"))
      SlurmdSpoolDir=\(place.path("spool"))
      SlurmctldPidFile=\(place.path("slurmctld.pid"))
      SlurmdPidFile=\(place.path("slurmd.pid"))
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      JobAcctGatherType=jobacct_gather/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_Core
      ReturnToService=2
      NodeName=\(host) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
      PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP

      """, to: "slurm.conf")
    place.environment = ["SLURM_CONF": place.path("slurm.conf")]
    let munge = ["key-file=munge.key", "socket=munge.socket", "pid-file=munged.pid", "seed-file=munged.seed"]
      .map { $0.split(separator: "=") }.map { "--\($0[0])=\(place.path(String($0[1])))" }
    services = try [
      Service("munged", ["--foreground", "--force", "--log-file=\(place.path("munge.log"))"] + munge, in: place),
      Service("slurmctld", ["-D", "-i"], in: place),
      Service("slurmd", ["-D"], in: place),
    ]
    for _ in 0..<60 {
      if try await place.run("sinfo -h -o %T").result.hasPrefix("idle") { return }
      try await Task.sleep(for: .milliseconds(500))
    }
    Issue.record(
      "Slurm does not start: \(place.text("slurmctld.log")) \(place.text("slurmd.log")) \(place.text("munged.log"))")
  }

  func end() { for service in services.reversed() { service.end() } }
}
