/// What version 0.1.0 writes into files, byte for byte. Such files must stay readable, and new ones must look the same.
enum OldFiles {
  /// `--attack` with a list of all attacks.
  static let allAttacks = #"""
    {"attacks":[{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":1,"keepsQuirks":true\#
    ,"name":"fgsm","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":\#
    9},{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":10,"keepsQuirks":true,"name":\#
    "pgd","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyI\#
    terate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"apgd-ce\#
    ","radius":1,"rescalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targets":9},{"anyItera\#
    te":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"apgd-dlr","\#
    radius":1,"rescalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targets":9},{"anyIterate"\#
    :false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"apgd-t","radiu\#
    s":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyIterate":fals\#
    e,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"fab","radius":1,"re\#
    scalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targets":9},{"anyIterate":false,"gradi\#
    entSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"fab-t","radius":1,"rescales\#
    Schedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyIterate":false,"gradientSam\#
    ples":1,"initialShare":0.8,"iterations":5000,"keepsQuirks":true,"name":"square","radius":1,"rescalesSche\#
    dule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9}],"kind":"custom"}
    """#

  /// `autoattack`.
  static let standard = #"""
    {"attacks":[{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":tr\#
    ue,"name":"apgd-ce","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targ\#
    ets":9},{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"\#
    name":"apgd-t","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":\#
    9},{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name"\#
    :"fab-t","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"a\#
    nyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":5000,"keepsQuirks":true,"name":"squ\#
    are","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9}],"kind"\#
    :"autoattack"}
    """#

  /// `autoattack-plus`.
  static let plus = #"""
    {"attacks":[{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":tr\#
    ue,"name":"apgd-ce","radius":1,"rescalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targ\#
    ets":9},{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"\#
    name":"apgd-dlr","radius":1,"rescalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targets\#
    ":9},{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"nam\#
    e":"fab","radius":1,"rescalesSchedule":false,"restarts":5,"start":"uniform","step":0.25,"targets":9},{"a\#
    nyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":5000,"keepsQuirks":true,"name":"squ\#
    are","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyIt\#
    erate":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"apgd-t",\#
    "radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyIterate\#
    ":false,"gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"fab-t","radiu\#
    s":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9}],"kind":"autoattac\#
    k-plus"}
    """#

  /// `autoattack-rand`.
  static let rand = #"""
    {"attacks":[{"anyIterate":false,"gradientSamples":20,"initialShare":0.8,"iterations":100,"keepsQuirks":t\#
    rue,"name":"apgd-ce","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"tar\#
    gets":9},{"anyIterate":false,"gradientSamples":20,"initialShare":0.8,"iterations":100,"keepsQuirks":true\#
    ,"name":"apgd-dlr","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targe\#
    ts":9}],"kind":"autoattack-rand"}
    """#

  /// `quick`.
  static let quick = #"""
    {"attacks":[{"anyIterate":false,"gradientSamples":1,"initialShare":0.8,"iterations":10,"keepsQuirks":tru\#
    e,"name":"apgd-t","radius":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"target\#
    s":3},{"anyIterate":true,"gradientSamples":1,"initialShare":0.8,"iterations":20,"keepsQuirks":true,"name\#
    ":"pgd","radius":1,"rescalesSchedule":false,"restarts":1,"start":"clean","step":0.0625,"targets":9},{"an\#
    yIterate":true,"gradientSamples":1,"initialShare":0.8,"iterations":10,"keepsQuirks":true,"name":"pgd","r\#
    adius":0.25,"rescalesSchedule":false,"restarts":1,"start":"clean","step":0.0625,"targets":9}],"kind":"qu\#
    ick"}
    """#

  /// `dualab attack --attack fgsm,pgd --checks --limit 2 --json -`.
  static let result = #"""
    {"attacks":[{"attacked":2,"backwards":2,"broken":1,"finished":2,"forwards":5,"name":"fgsm","robust_accur\#
    acy":0.5,"seconds":0.25,"title":"FGSM"},{"attacked":1,"backwards":10,"broken":0,"finished":1,"forwards":\#
    11,"name":"pgd","robust_accuracy":0.5,"seconds":0.25,"title":"PGD-10"}],"checks":[],"clean_accuracy":1,"\#
    clean_interval":[0.34238022750665303,1],"comparisons":[{"attack":{"anyIterate":false,"gradientSamples":1\#
    ,"initialShare":0.8,"iterations":1,"keepsQuirks":true,"name":"fgsm","radius":1,"rescalesSchedule":false,\#
    "restarts":1,"start":"uniform","step":0.25,"targets":9},"backwards":2,"broken":[0],"eps":0.0627450980392\#
    1569,"forwards":4,"robust":{"correct":1,"n":2},"seconds":0.25},{"attack":{"anyIterate":false,"gradientSa\#
    mples":1,"initialShare":0.8,"iterations":10,"keepsQuirks":true,"name":"pgd","radius":1,"rescalesSchedule\#
    ":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},"backwards":20,"broken":[0],"eps":0.0627\#
    4509803921569,"forwards":22,"robust":{"correct":1,"n":2},"seconds":0.25},{"attack":{"anyIterate":false,"\#
    gradientSamples":1,"initialShare":0.8,"iterations":100,"keepsQuirks":true,"name":"pgd","radius":1,"resca\#
    lesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},"backwards":200,"broken":[0],\#
    "eps":0.06274509803921569,"forwards":202,"robust":{"correct":1,"n":2},"seconds":0.25},{"attack":{"anyIte\#
    rate":false,"gradientSamples":1,"initialShare":0.8,"iterations":20,"keepsQuirks":true,"name":"pgd","radi\#
    us":1,"rescalesSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},"backwards":40,"b\#
    roken":[0,1],"eps":0.5,"forwards":42,"robust":{"correct":0,"n":2},"seconds":0.25}],"complete":true,"exam\#
    ples":[{"broken_by":"fgsm","clean_correct":true,"index":0,"label":9,"outcomes":[{"attack":0,"backwards":\#
    1,"broken":true,"distance":0.0627451092004776,"forwards":3,"iterations":1,"zero_gradient":false}],"predi\#
    cted":9,"robust":false},{"broken_by":null,"clean_correct":true,"index":1,"label":2,"outcomes":[{"attack"\#
    :0,"backwards":1,"broken":false,"forwards":2,"iterations":1,"zero_gradient":false},{"attack":1,"backward\#
    s":10,"broken":false,"forwards":11,"iterations":10,"zero_gradient":false}],"predicted":2,"robust":true}]\#
    ,"interval":[0.09453120573423074,0.9054687942657693],"largest_perturbation":0.0627451092004776,"n":2,"pr\#
    otocol":{"checks":true,"classes":10,"data":"evaluation_set.safetensors","data_digest":"619d9b90e635d449"\#
    ,"eps":0.06274509803921569,"final_norm":false,"images":2,"individual":false,"input":[1,14,14],"kernels":\#
    "avx512","mean":[0.286],"model":"small-cnn","norm":"linf","options":{"conv1_stride":1,"logit_scale":1,"w\#
    idth2":16},"program":"dualab 0.1.0","rule":"eval mode; broken: misclassified at the returned point, in b\#
    all and box; accuracies over all images","seed":0,"std":[0.32],"suite":{"attacks":[{"anyIterate":false,"\#
    gradientSamples":1,"initialShare":0.8,"iterations":1,"keepsQuirks":true,"name":"fgsm","radius":1,"rescal\#
    esSchedule":false,"restarts":1,"start":"uniform","step":0.25,"targets":9},{"anyIterate":false,"gradientS\#
    amples":1,"initialShare":0.8,"iterations":10,"keepsQuirks":true,"name":"pgd","radius":1,"rescalesSchedul\#
    e":false,"restarts":1,"start":"uniform","step":0.25,"targets":9}],"kind":"custom"},"threads":2,"weights"\#
    :"model_at.safetensors","weights_digest":"36921819956f102e","width":8},"robust_accuracy":0.5,"title":"FG\#
    SM → PGD-10","warnings":[]}
    """#
}
