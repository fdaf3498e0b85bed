// Written by Studies/robustbench.py; facts of RobustBench/robustbench at commit
// 78fcc9e48a07a861268f295a777b975f25155964.

/// The entries of the leaderboard whose networks are in the catalogue, in its order of datasets and norms.
package let robustBenchEntries: [RobustBenchEntry] = [
  RobustBenchEntry(
    "Andriushchenko2020Understanding", .cifar10, .linf, "8/255", .preAct18(finalNorm: false, shortcut: .raw), .none,
    clean: 79.84, autoAttack: 43.93, key: "last"),
  RobustBenchEntry(
    "Carmon2019Unlabeled", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 89.69, autoAttack: 59.53),
  RobustBenchEntry(
    "Sehwag2020Hydra", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 88.98, autoAttack: 57.14),
  RobustBenchEntry(
    "Wang2020Improving", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 87.5, autoAttack: 56.29),
  RobustBenchEntry(
    "Hendrycks2019Using", .cifar10, .linf, "8/255", .wide(28, 10), .half,
    clean: 87.11, autoAttack: 54.92),
  RobustBenchEntry(
    "Rice2020Overfitting", .cifar10, .linf, "8/255", .wide(34, 20), .cifar10,
    clean: 85.34, autoAttack: 53.42),
  RobustBenchEntry(
    "Zhang2019Theoretically", .cifar10, .linf, "0.031", .wide(34, 10), .none,
    clean: 84.92, autoAttack: 53.08),
  RobustBenchEntry(
    "Engstrom2019Robustness", .cifar10, .linf, "8/255", .cifarResNet50, .cifar10Batchwise,
    clean: 87.03, autoAttack: 49.25),
  RobustBenchEntry(
    "Huang2020Self", .cifar10, .linf, "0.031", .wide(34, 10), .none,
    clean: 83.48, autoAttack: 53.34),
  RobustBenchEntry(
    "Wong2020Fast", .cifar10, .linf, "8/255", .preAct18(finalNorm: false, shortcut: .raw), .cifar10,
    clean: 83.34, autoAttack: 43.21),
  RobustBenchEntry(
    "Zhang2019You", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 87.2, autoAttack: 44.83),
  RobustBenchEntry(
    "Zhang2020Attacks", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 84.52, autoAttack: 53.51),
  RobustBenchEntry(
    "Wu2020Adversarial_extra", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 88.25, autoAttack: 60.04),
  RobustBenchEntry(
    "Wu2020Adversarial", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 85.36, autoAttack: 56.17),
  RobustBenchEntry(
    "Gowal2020Uncovering_70_16", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 85.29, autoAttack: 57.2, best: 57.14),
  RobustBenchEntry(
    "Gowal2020Uncovering_70_16_extra", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 91.1, autoAttack: 65.88, best: 65.87),
  RobustBenchEntry(
    "Gowal2020Uncovering_34_20", .cifar10, .linf, "8/255", .deepMindWide(34, 20), .cifar10,
    clean: 85.64, autoAttack: 56.86, best: 56.82),
  RobustBenchEntry(
    "Gowal2020Uncovering_28_10_extra", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 89.48, autoAttack: 62.8, best: 62.76),
  RobustBenchEntry(
    "Sehwag2021Proxy", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 86.68, autoAttack: 60.27),
  RobustBenchEntry(
    "Sehwag2021Proxy_R18", .cifar10, .linf, "8/255", .cifarResNet18, .none,
    clean: 84.59, autoAttack: 55.54),
  RobustBenchEntry(
    "Sitawarin2020Improving", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 86.84, autoAttack: 50.72),
  RobustBenchEntry(
    "Chen2020Efficient", .cifar10, .linf, "8/255", .wide(34, 10), .cifar10,
    clean: 85.32, autoAttack: 51.12),
  RobustBenchEntry(
    "Cui2020Learnable_34_20", .cifar10, .linf, "0.031", .wide(34, 20), .none,
    clean: 88.7, autoAttack: 53.57),
  RobustBenchEntry(
    "Cui2020Learnable_34_10", .cifar10, .linf, "0.031", .wide(34, 10), .none,
    clean: 88.22, autoAttack: 52.86),
  RobustBenchEntry(
    "Zhang2020Geometry", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 89.36, autoAttack: 59.64),
  RobustBenchEntry(
    "Rebuffi2021Fixing_28_10_cutmix_ddpm", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 87.33, autoAttack: 60.75, best: 60.73),
  RobustBenchEntry(
    "Rebuffi2021Fixing_106_16_cutmix_ddpm", .cifar10, .linf, "8/255", .deepMindWide(106, 16), .cifar10,
    clean: 88.5, autoAttack: 64.64, best: 64.58),
  RobustBenchEntry(
    "Rebuffi2021Fixing_70_16_cutmix_ddpm", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 88.54, autoAttack: 64.25, best: 64.2),
  RobustBenchEntry(
    "Rebuffi2021Fixing_70_16_cutmix_extra", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 92.23, autoAttack: 66.58, best: 66.56),
  RobustBenchEntry(
    "Sridhar2021Robust", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 89.46, autoAttack: 59.66),
  RobustBenchEntry(
    "Sridhar2021Robust_34_15", .cifar10, .linf, "8/255", .wide(34, 15), .none,
    clean: 86.53, autoAttack: 60.41),
  RobustBenchEntry(
    "Rebuffi2021Fixing_R18_ddpm", .cifar10, .linf, "8/255", .deepMindPreAct18, .cifar10,
    clean: 83.53, autoAttack: 56.66),
  RobustBenchEntry(
    "Rade2021Helper_R18_extra", .cifar10, .linf, "8/255", .deepMindPreAct18, .cifar10,
    clean: 89.02, autoAttack: 57.67),
  RobustBenchEntry(
    "Rade2021Helper_R18_ddpm", .cifar10, .linf, "8/255", .deepMindPreAct18, .cifar10,
    clean: 86.86, autoAttack: 57.09),
  RobustBenchEntry(
    "Rade2021Helper_extra", .cifar10, .linf, "8/255", .deepMindWide(34, 10), .cifar10,
    clean: 91.47, autoAttack: 62.83),
  RobustBenchEntry(
    "Rade2021Helper_ddpm", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 88.16, autoAttack: 60.97),
  RobustBenchEntry(
    "Addepalli2021Towards_RN18", .cifar10, .linf, "8/255", .cifarResNet18, .none,
    clean: 80.24, autoAttack: 51.06),
  RobustBenchEntry(
    "Addepalli2021Towards_WRN34", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 85.32, autoAttack: 58.04),
  RobustBenchEntry(
    "Gowal2021Improving_70_16_ddpm_100m", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 88.74, autoAttack: 66.11, best: 66.1),
  RobustBenchEntry(
    "Gowal2021Improving_28_10_ddpm_100m", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 87.5, autoAttack: 63.44, best: 63.38),
  RobustBenchEntry(
    "Gowal2021Improving_R18_ddpm_100m", .cifar10, .linf, "8/255", .deepMindPreAct18, .cifar10,
    clean: 87.35, autoAttack: 58.63, best: 58.5),
  RobustBenchEntry(
    "Chen2021LTD_WRN34_10", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 85.21, autoAttack: 56.94),
  RobustBenchEntry(
    "Chen2021LTD_WRN34_20", .cifar10, .linf, "8/255", .wide(34, 20), .none,
    clean: 86.03, autoAttack: 57.71),
  RobustBenchEntry(
    "Standard", .cifar10, .linf, "8/255", .wide(28, 10), .none,
    clean: 94.78, autoAttack: 0.0),
  RobustBenchEntry(
    "Jia2022LAS-AT_34_10", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 84.98, autoAttack: 56.26),
  RobustBenchEntry(
    "Jia2022LAS-AT_70_16", .cifar10, .linf, "8/255", .wide(70, 16), .none,
    clean: 85.66, autoAttack: 57.61),
  RobustBenchEntry(
    "Pang2022Robustness_WRN28_10", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 88.61, autoAttack: 61.04),
  RobustBenchEntry(
    "Pang2022Robustness_WRN70_16", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 89.01, autoAttack: 63.35),
  RobustBenchEntry(
    "Addepalli2022Efficient_RN18", .cifar10, .linf, "8/255", .cifarResNet18, .none,
    clean: 85.71, autoAttack: 52.48),
  RobustBenchEntry(
    "Addepalli2022Efficient_WRN_34_10", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 88.71, autoAttack: 57.81),
  RobustBenchEntry(
    "Wang2023Better_WRN-28-10", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 92.44, autoAttack: 67.31),
  RobustBenchEntry(
    "Wang2023Better_WRN-70-16", .cifar10, .linf, "8/255", .deepMindWide(70, 16), .cifar10,
    clean: 93.25, autoAttack: 70.69),
  RobustBenchEntry(
    "Xu2023Exploring_WRN-28-10", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 93.69, autoAttack: 63.89),
  RobustBenchEntry(
    "Cui2023Decoupled_WRN-28-10", .cifar10, .linf, "8/255", .deepMindWide(28, 10), .cifar10,
    clean: 92.16, autoAttack: 67.73),
  RobustBenchEntry(
    "Cui2023Decoupled_WRN-34-10", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 85.31, autoAttack: 57.09),
  RobustBenchEntry(
    "Chen2024Data_WRN_34_10", .cifar10, .linf, "8/255", .wide(34, 10), .none,
    clean: 86.54, autoAttack: 57.3),
  RobustBenchEntry(
    "Chen2024Data_WRN_34_20", .cifar10, .linf, "8/255", .wide(34, 20), .none,
    clean: 86.1, autoAttack: 58.09),
  RobustBenchEntry(
    "Bartoldson2024Adversarial_WRN-94-16", .cifar10, .linf, "8/255", .deepMindWide(94, 16), .cifar10,
    clean: 93.68, autoAttack: 73.71),
  RobustBenchEntry(
    "Bartoldson2024Adversarial_WRN-82-8", .cifar10, .linf, "8/255", .deepMindWide(82, 8), .cifar10,
    clean: 93.11, autoAttack: 71.59),
  RobustBenchEntry(
    "Augustin2020Adversarial", .cifar10, .l2, "0.5", .cifarResNet50, .cifar10Exact,
    clean: 91.08, autoAttack: 72.91),
  RobustBenchEntry(
    "Engstrom2019Robustness", .cifar10, .l2, "0.5", .cifarResNet50, .cifar10Batchwise,
    clean: 90.83, autoAttack: 69.24),
  RobustBenchEntry(
    "Rice2020Overfitting", .cifar10, .l2, "0.5", .preAct18(finalNorm: true, shortcut: .activated), .cifar10,
    clean: 88.67, autoAttack: 67.68),
  RobustBenchEntry(
    "Rony2019Decoupling", .cifar10, .l2, "0.5", .wide(28, 10), .cifar10Short,
    clean: 89.05, autoAttack: 66.44),
  RobustBenchEntry(
    "Standard", .cifar10, .l2, "0.5", .wide(28, 10), .none,
    clean: 94.78, autoAttack: 0.0),
  RobustBenchEntry(
    "Wu2020Adversarial", .cifar10, .l2, "0.5", .wide(34, 10), .none,
    clean: 88.51, autoAttack: 73.66),
  RobustBenchEntry(
    "Gowal2020Uncovering", .cifar10, .l2, "0.5", .deepMindWide(70, 16), .cifar10,
    clean: 90.9, autoAttack: 74.5),
  RobustBenchEntry(
    "Gowal2020Uncovering_extra", .cifar10, .l2, "0.5", .deepMindWide(70, 16), .cifar10,
    clean: 94.74, autoAttack: 80.53),
  RobustBenchEntry(
    "Sehwag2021Proxy", .cifar10, .l2, "0.5", .wide(34, 10), .none,
    clean: 90.93, autoAttack: 77.24),
  RobustBenchEntry(
    "Sehwag2021Proxy_R18", .cifar10, .l2, "0.5", .cifarResNet18, .none,
    clean: 89.76, autoAttack: 74.41),
  RobustBenchEntry(
    "Rebuffi2021Fixing_70_16_cutmix_ddpm", .cifar10, .l2, "0.5", .deepMindWide(70, 16), .cifar10,
    clean: 92.41, autoAttack: 80.42),
  RobustBenchEntry(
    "Rebuffi2021Fixing_28_10_cutmix_ddpm", .cifar10, .l2, "0.5", .deepMindWide(28, 10), .cifar10,
    clean: 91.79, autoAttack: 78.8),
  RobustBenchEntry(
    "Rebuffi2021Fixing_70_16_cutmix_extra", .cifar10, .l2, "0.5", .deepMindWide(70, 16), .cifar10,
    clean: 95.74, autoAttack: 82.32),
  RobustBenchEntry(
    "Augustin2020Adversarial_34_10", .cifar10, .l2, "0.5", .wide(34, 10), .cifar10Exact,
    clean: 92.23, autoAttack: 76.25),
  RobustBenchEntry(
    "Augustin2020Adversarial_34_10_extra", .cifar10, .l2, "0.5", .wide(34, 10), .cifar10Exact,
    clean: 93.96, autoAttack: 78.79),
  RobustBenchEntry(
    "Rebuffi2021Fixing_R18_cutmix_ddpm", .cifar10, .l2, "0.5", .deepMindPreAct18, .cifar10,
    clean: 90.33, autoAttack: 75.86),
  RobustBenchEntry(
    "Rade2021Helper_R18_ddpm", .cifar10, .l2, "0.5", .deepMindPreAct18, .cifar10,
    clean: 90.57, autoAttack: 76.15),
  RobustBenchEntry(
    "Wang2023Better_WRN-28-10", .cifar10, .l2, "0.5", .deepMindWide(28, 10), .cifar10,
    clean: 95.16, autoAttack: 83.68),
  RobustBenchEntry(
    "Wang2023Better_WRN-70-16", .cifar10, .l2, "0.5", .deepMindWide(70, 16), .cifar10,
    clean: 95.54, autoAttack: 84.97),
  RobustBenchEntry(
    "Gowal2020Uncovering", .cifar100, .linf, "8/255", .deepMindWide(70, 16), .cifar100,
    clean: 60.86, autoAttack: 30.03),
  RobustBenchEntry(
    "Gowal2020Uncovering_extra", .cifar100, .linf, "8/255", .deepMindWide(70, 16), .cifar100,
    clean: 69.15, autoAttack: 36.88),
  RobustBenchEntry(
    "Cui2020Learnable_34_20_LBGAT6", .cifar100, .linf, "8/255", .wide(34, 20), .none,
    clean: 62.55, autoAttack: 30.2),
  RobustBenchEntry(
    "Cui2020Learnable_34_10_LBGAT0", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 70.25, autoAttack: 27.16),
  RobustBenchEntry(
    "Cui2020Learnable_34_10_LBGAT6", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 60.64, autoAttack: 29.33),
  RobustBenchEntry(
    "Chen2020Efficient", .cifar100, .linf, "8/255", .wide(34, 10), .cifar100Batchwise,
    clean: 62.15, autoAttack: 26.94),
  RobustBenchEntry(
    "Wu2020Adversarial", .cifar100, .linf, "8/255", .wide(34, 10), .cifar100Exact,
    clean: 60.38, autoAttack: 28.86),
  RobustBenchEntry(
    "Sehwag2021Proxy", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 65.93, autoAttack: 31.15),
  RobustBenchEntry(
    "Sitawarin2020Improving", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 62.82, autoAttack: 24.57),
  RobustBenchEntry(
    "Hendrycks2019Using", .cifar100, .linf, "8/255", .wide(28, 10), .half,
    clean: 59.23, autoAttack: 28.42),
  RobustBenchEntry(
    "Rice2020Overfitting", .cifar100, .linf, "8/255", .preAct18(finalNorm: true, shortcut: .activated), .cifar100Exact,
    clean: 53.83, autoAttack: 18.95),
  RobustBenchEntry(
    "Rebuffi2021Fixing_70_16_cutmix_ddpm", .cifar100, .linf, "8/255", .deepMindWide(70, 16), .cifar100,
    clean: 63.56, autoAttack: 34.64),
  RobustBenchEntry(
    "Rebuffi2021Fixing_28_10_cutmix_ddpm", .cifar100, .linf, "8/255", .deepMindWide(28, 10), .cifar100,
    clean: 62.41, autoAttack: 32.06),
  RobustBenchEntry(
    "Rebuffi2021Fixing_R18_ddpm", .cifar100, .linf, "8/255", .deepMindPreAct18, .cifar100,
    clean: 56.87, autoAttack: 28.5),
  RobustBenchEntry(
    "Rade2021Helper_R18_ddpm", .cifar100, .linf, "8/255", .deepMindPreAct18, .cifar100,
    clean: 61.5, autoAttack: 28.88),
  RobustBenchEntry(
    "Addepalli2021Towards_PARN18", .cifar100, .linf, "8/255", .preAct18(finalNorm: true, shortcut: .activated), .none,
    clean: 62.02, autoAttack: 27.14),
  RobustBenchEntry(
    "Addepalli2021Towards_WRN34", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 65.73, autoAttack: 30.35),
  RobustBenchEntry(
    "Chen2021LTD_WRN34_10", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 64.07, autoAttack: 30.59),
  RobustBenchEntry(
    "Pang2022Robustness_WRN28_10", .cifar100, .linf, "8/255", .deepMindWide(28, 10), .cifar100,
    clean: 63.66, autoAttack: 31.08),
  RobustBenchEntry(
    "Pang2022Robustness_WRN70_16", .cifar100, .linf, "8/255", .deepMindWide(70, 16), .cifar100,
    clean: 65.56, autoAttack: 33.05),
  RobustBenchEntry(
    "Jia2022LAS-AT_34_10", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 64.89, autoAttack: 30.77),
  RobustBenchEntry(
    "Jia2022LAS-AT_34_20", .cifar100, .linf, "8/255", .wide(34, 20), .none,
    clean: 67.31, autoAttack: 31.91),
  RobustBenchEntry(
    "Addepalli2022Efficient_RN18", .cifar100, .linf, "8/255", .cifarResNet18, .none,
    clean: 65.45, autoAttack: 27.67),
  RobustBenchEntry(
    "Addepalli2022Efficient_WRN_34_10", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 68.75, autoAttack: 31.85),
  RobustBenchEntry(
    "Cui2020Learnable_34_10_LBGAT9_eps_8_255", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 62.99, autoAttack: 31.2),
  RobustBenchEntry(
    "Wang2023Better_WRN-28-10", .cifar100, .linf, "8/255", .deepMindWide(28, 10), .cifar100,
    clean: 72.58, autoAttack: 38.83, best: 38.77),
  RobustBenchEntry(
    "Wang2023Better_WRN-70-16", .cifar100, .linf, "8/255", .deepMindWide(70, 16), .cifar100,
    clean: 75.22, autoAttack: 42.67, best: 42.66),
  RobustBenchEntry(
    "Cui2023Decoupled_WRN-28-10", .cifar100, .linf, "8/255", .deepMindWide(28, 10), .cifar100,
    clean: 73.85, autoAttack: 39.18),
  RobustBenchEntry(
    "Cui2023Decoupled_WRN-34-10", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 65.76, autoAttack: 31.91),
  RobustBenchEntry(
    "Cui2023Decoupled_WRN-34-10_autoaug", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 65.93, autoAttack: 32.52),
  RobustBenchEntry(
    "Chen2024Data_WRN_34_10", .cifar100, .linf, "8/255", .wide(34, 10), .none,
    clean: 64.32, autoAttack: 31.13),
  RobustBenchEntry(
    "Wong2020Fast", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 64), .imageNet,
    clean: 55.62, autoAttack: 26.24),
  RobustBenchEntry(
    "Engstrom2019Robustness", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 64), .imageNet,
    clean: 62.56, autoAttack: 29.22),
  RobustBenchEntry(
    "Salman2020Do_R50", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 64), .imageNet,
    clean: 64.02, autoAttack: 34.96),
  RobustBenchEntry(
    "Salman2020Do_R18", .imagenet, .linf, "4/255", .resNet18, .imageNet,
    clean: 52.92, autoAttack: 25.32),
  RobustBenchEntry(
    "Salman2020Do_50_2", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 128), .imageNet,
    clean: 68.46, autoAttack: 38.14),
  RobustBenchEntry(
    "Standard_R50", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 64), .imageNet,
    clean: 76.52, autoAttack: 0.0),
  RobustBenchEntry(
    "Chen2024Data_WRN_50_2", .imagenet, .linf, "4/255", .resNet50(widthPerGroup: 128), .none,
    clean: 68.76, autoAttack: 40.6),
]
