extension SuitePlan {
  /// True when `store` has every measurement of every run.
  package func isComplete(in store: SuiteStore) -> Bool {
    runs.allSatisfy { store.isComplete($0.run, measurements) }
  }

  /// This plan and all other rows and seeds of the suite that `store` has results for, with the same overrides. This is
  /// what the table files contain, so that running a few rows keeps the results of earlier ones. Rows and seeds are in
  /// the suite's order; other seeds follow. Throws `SettingError`.
  package func whole(in store: SuiteStore) throws -> SuitePlan {
    let usual = suite.bases[scale]?.seeds ?? []
    let others = store.seeds.union(rows.flatMap { $0.runs.map(\.seed) }).subtracting(usual)
    var whole = self
    whole.rows = try possible.compactMap { row in
      let asked = rows.first { $0.label == row.label }
      let runs = try (usual + others.sorted()).compactMap { seed -> (seed: Int, run: SuiteRun)? in
        if let asked = asked?.runs.first(where: { $0.seed == seed }) { return asked }
        let run = try SuiteRun(row, seed: seed)
        return store.hasBegun(run, measurements) ? (seed, run) : nil
      }
      return runs.isEmpty ? nil : Row(row, runs)
    }
    return whole
  }
}
