extension SuitePlan {
  /// This plan and every other row and seed of the suite, with the same settings by hand, that `store` has results for: what
  /// the files of a table hold, so that a run of a few rows leaves those of earlier ones in it. Rows are in the suite's
  /// order, seeds in the suite's with others behind them. Throws `SettingError`.
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
