module bootstrap

go 1.18

require github.com/aws/aws-lambda-go v1.52.0
