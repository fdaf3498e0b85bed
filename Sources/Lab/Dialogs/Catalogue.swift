/// Every dialog, in the order in which the footer and the help list them.
package let dialogCatalogue: [any Dialog.Type] = [
  HelpDialog.self,
  QuitDialog.self,
  CommandDialog.self,
  DescribeDialog.self,
  ResultsDialog.self,
  ChangeDialog.self,
  TourDialog.self,
  DivergenceDialog.self,
  CureDialog.self,
  AttackDialog.self,
  FilterDialog.self,
  ValueDialog.self,
  ReportDialog.self,
  ChooserDialog.self,
  RewindDialog.self,
]
